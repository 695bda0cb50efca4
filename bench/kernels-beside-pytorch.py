#!/usr/bin/env python3
"""Sets the GPU kernels of a network beside PyTorch: outputs and times.

    tactus bench kernels resnet --size large --no-check --out resnet      # anywhere
    python3 bench/kernels-beside-pytorch.py resnet                        # on a machine with an NVIDIA GPU and PyTorch

The kernels are launched through the driver (libcuda), recorded into a graph once; PyTorch computes the same network from the same
weights, also recorded into a graph: in 32-bit floating point, or, for what 'bench kernels --fp16' wrote, with everything in 16 bits
(torch.half), sums in 32. Both are held against the outputs that ONNX Runtime computed on the processor in 32 bits. With --cpu only
PyTorch on the processor, in 32 bits, is held against those, which needs no GPU. Exit status 1 when outputs differ by more than the
tolerance.

On a GPU this script has not run yet.
"""
import argparse
import ctypes
import json
import pathlib
import statistics
import sys
import time

import numpy
import torch
import torch.nn.functional as functional


class Network:
    """What 'tactus bench kernels --out' wrote."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.program = json.loads((self.folder / "program.json").read_text())
        self.numbers = numpy.fromfile(self.folder / "tensors.bin", dtype="<f4")

    def is_half(self):
        """Whether the kernels multiply in half precision."""
        return self.program.get("numbers") == "half"

    def tensor(self, name):
        """A constant, an input, or an output that ONNX Runtime computed."""
        known = self.program["tensors"][name]
        count = int(numpy.prod(known["shape"], dtype=numpy.int64))
        first = known["offset"] // 4
        return torch.from_numpy(self.numbers[first:first + count].copy()).reshape(known["shape"])


def pads(attributes):
    """Paddings of a window over two dimensions: those of functional, and the extra rows and columns at the end."""
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    return (top, left), (top, left) == (bottom, right)


class Peer(torch.nn.Module):
    """The network in PyTorch, node by node: the operators of the zoo."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        inputs = set(network.program["inputs"]) | set(network.program["outputs"])
        self.constants = {name: network.tensor(name) for name in network.program["tensors"] if name not in inputs}

    def to_device(self, device, dtype):
        self.constants = {name: value.to(device, dtype) for name, value in self.constants.items()}
        return self

    def forward(self, values):
        values = dict(values)
        read = lambda name: self.constants[name] if name in self.constants else values[name]
        for node in self.network.program["nodes"]:
            given = [read(name) if name else None for name in node["inputs"]]
            values[node["outputs"][0]] = self.compute(node["operator"], given, node["attributes"])
        return {name: values[name] for name in self.network.program["outputs"]}

    @staticmethod
    def compute(operator, x, attributes):
        strides = attributes.get("strides", [1, 1])
        if operator == "Conv":
            padding, same = pads(attributes)
            if not same:
                raise NotImplementedError("pads of different width at both ends")
            return functional.conv2d(x[0], x[1], x[2] if len(x) > 2 else None, strides, padding,
                                     attributes.get("dilations", [1, 1]), attributes.get("group", 1))
        if operator == "BatchNormalization":
            return functional.batch_norm(x[0], x[3], x[4], x[1], x[2], False, 0.0, attributes.get("epsilon", 1e-5))
        if operator == "Relu":
            return functional.relu(x[0])
        if operator == "Clip":
            return torch.clamp(x[0], x[1], x[2])
        if operator == "Add":
            return x[0] + x[1]
        if operator == "Concat":
            return torch.cat(x, attributes["axis"])
        if operator in ("MaxPool", "AveragePool"):
            padding, same = pads(attributes)
            if not same:
                raise NotImplementedError("pads of different width at both ends")
            if operator == "MaxPool":
                return functional.max_pool2d(x[0], attributes["kernel_shape"], strides, padding)
            return functional.avg_pool2d(x[0], attributes["kernel_shape"], strides, padding,
                                         count_include_pad=attributes.get("count_include_pad", 0) == 1)
        if operator == "GlobalAveragePool":
            return functional.adaptive_avg_pool2d(x[0], 1)
        if operator == "Flatten":
            return torch.flatten(x[0], attributes.get("axis", 1))
        if operator == "Gemm":
            b = x[1].t() if attributes.get("transB", 0) == 1 else x[1]
            return torch.addmm(x[2], x[0], b)
        raise NotImplementedError(operator)


class Driver:
    """Calls of libcuda, each of which must succeed."""

    def __init__(self):
        self.library = ctypes.CDLL("libcuda.so.1")

    def __getattr__(self, name):
        function = getattr(self.library, name)

        def call(*arguments):
            status = function(*arguments)
            if status != 0:
                raise RuntimeError(f"{name} answered {status}")

        return call


class Kernels:
    """Our kernels, recorded into a graph in PyTorch's context and memory."""

    def __init__(self, network, inputs):
        self.driver = Driver()
        self.network = network
        program = network.program
        weights = numpy.fromfile(network.folder / "weights.bin", dtype=numpy.uint8)
        self.weights = torch.from_numpy(weights).cuda()
        self.scratch = torch.zeros(max(1, program["scratchBytes"]), dtype=torch.uint8, device="cuda")
        self.tensors = dict(inputs)
        for name in program["outputs"]:
            self.tensors[name] = torch.full_like(network.tensor(name), float("nan")).cuda()
        module = ctypes.c_void_p()
        begin = time.perf_counter()
        self.driver.cuModuleLoadData(ctypes.byref(module), (network.folder / "kernels.ptx").read_bytes() + b"\0")
        self.compile_seconds = time.perf_counter() - begin
        self.kept = []
        self.launches = [self.prepare(module, launch) for launch in program["launches"]]
        self.graph = torch.cuda.CUDAGraph()
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            self.launch(stream)
        torch.cuda.synchronize()
        with torch.cuda.graph(self.graph, stream=stream):
            self.launch(stream)

    def prepare(self, module, launch):
        function = ctypes.c_void_p()
        self.driver.cuModuleGetFunction(ctypes.byref(function), module, launch["entry"].encode())
        words = []
        for place in launch["arguments"]:
            memory = {"weights": self.weights, "scratch": self.scratch}.get(place["space"])
            base = (self.tensors[place["tensor"]] if memory is None else memory).data_ptr()
            words.append(ctypes.c_uint64(base + place["offset"]))
        parameters = (ctypes.c_void_p * len(words))(*[ctypes.addressof(word) for word in words])
        self.kept.append((words, parameters))
        return function, launch["grid"], launch["threads"], parameters

    def launch(self, stream):
        for function, grid, threads, parameters in self.launches:
            self.driver.cuLaunchKernel(function, grid[0], grid[1], 1, threads, 1, 1, 0, ctypes.c_void_p(stream.cuda_stream),
                                       parameters, None)


def share(expected, answer):
    """The largest difference, as a share of the largest magnitude where that is above 1; infinite for what is no number."""
    difference = (expected.double() - answer.double().cpu()).abs().max().item()
    return difference / max(1.0, expected.abs().max().item()) if difference == difference else float("inf")


def milliseconds(run, rounds):
    """Medians of runs that follow one another, by the GPU's clock."""
    for _ in range(20):
        run()
    times = []
    for _ in range(rounds):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        run()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return statistics.median(times), min(times), max(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", help="what 'tactus bench kernels NETWORK --out DIR' wrote")
    parser.add_argument("--rounds", type=int, default=200, help="timed runs of each (default: 200)")
    parser.add_argument("--tolerance", type=float,
                        help="largest share by which outputs may differ (default: 1e-3, in half precision 1e-2)")
    parser.add_argument("--cpu", action="store_true", help="only PyTorch on the processor against the outputs that were written")
    options = parser.parse_args()
    if not options.cpu and not torch.cuda.is_available():
        print("no GPU that PyTorch can use; --cpu checks PyTorch's side on the processor", file=sys.stderr)
        return 2
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cudnn.benchmark = True
    device = "cpu" if options.cpu else "cuda"
    if not options.cpu:
        print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}")
    good = True
    for folder in options.folders:
        network = Network(folder)
        expected = {name: network.tensor(name) for name in network.program["outputs"]}
        inputs = {name: network.tensor(name).to(device) for name in network.program["inputs"]}
        half = network.is_half() and not options.cpu
        tolerance = options.tolerance if options.tolerance is not None else 1e-2 if half else 1e-3
        peer = Peer(network).to_device(device, torch.half if half else torch.float).eval()
        peer_inputs = {name: value.half() for name, value in inputs.items()} if half else inputs
        with torch.no_grad():
            answers = peer(peer_inputs)
        worst = max(share(expected[name], answers[name]) for name in expected)
        print(f"{network.program['name']}{', half precision' if half else ''}: PyTorch differs by {worst:.2g}")
        good &= worst <= tolerance
        if options.cpu:
            continue
        kernels = Kernels(network, inputs)
        kernels.graph.replay()
        torch.cuda.synchronize()
        worst = max(share(expected[name], kernels.tensors[name]) for name in expected)
        good &= worst <= tolerance
        print(f"  kernels differ by {worst:.2g}; the driver compiled them in {kernels.compile_seconds:.2f} s")
        print(f"  kernels, one graph:  median {'%.3f ms, least %.3f, most %.3f' % milliseconds(kernels.graph.replay, options.rounds)}")
        graph = torch.cuda.CUDAGraph()
        with torch.no_grad():
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(3):
                    peer(peer_inputs)
            torch.cuda.current_stream().wait_stream(side)
            with torch.cuda.graph(graph):
                peer(peer_inputs)
        print(f"  PyTorch, one graph:  median {'%.3f ms, least %.3f, most %.3f' % milliseconds(graph.replay, options.rounds)}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
