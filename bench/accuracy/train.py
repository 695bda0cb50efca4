#!/usr/bin/env python3
"""Trains a network on images that Tactus draws and writes it as ONNX. Needs Debian's python3-torch and python3-numpy.

    tactus experiment images --kind KIND --seed 1 --count COUNT --out train
    tactus experiment images --kind KIND --seed 2 --count 2000 --out valid
    python3 train.py day|night train valid FILE.onnx
"""
import sys

import numpy
import torch
from torch import nn

BATCH = 64


def conv(inputs, outputs, kernel, stride=1, groups=1, active=nn.ReLU):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs),
            *([active()] if active else [])]


def separable(inputs, outputs):
    """A depthwise and a pointwise convolution, as in MobileNet."""
    return conv(inputs, inputs, 3, groups=inputs) + conv(inputs, outputs, 1)


class Inverted(nn.Module):
    """An inverted residual with a linear bottleneck, as in MobileNetV2."""

    def __init__(self, inputs, outputs, stride=1, wider=3):
        super().__init__()
        inside = inputs * wider
        self.skips = stride == 1 and inputs == outputs
        self.body = nn.Sequential(*conv(inputs, inside, 1, active=nn.ReLU6), *conv(inside, inside, 3, stride, inside, nn.ReLU6),
                                  *conv(inside, outputs, 1, active=None))

    def forward(self, x):
        return x + self.body(x) if self.skips else self.body(x)


def day():
    return nn.Sequential(
        *conv(3, 12, 3), *conv(12, 16, 3, stride=2), *separable(16, 32), *conv(32, 32, 3), nn.MaxPool2d(2), *separable(32, 64),
        *conv(64, 64, 3), *separable(64, 64), nn.MaxPool2d(2), *separable(64, 96), *conv(96, 96, 3), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(96, 20))


def night():
    return nn.Sequential(
        *conv(3, 16, 5, stride=2, active=nn.ReLU6), *conv(16, 16, 3, groups=16, active=nn.ReLU6), *conv(16, 16, 1, active=None),
        Inverted(16, 24, 2), Inverted(24, 24), Inverted(24, 24), Inverted(24, 40, 2), Inverted(40, 40), Inverted(40, 40),
        *conv(40, 128, 1, active=nn.ReLU6), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 40))


# A network and its epochs, by the kind of images.
NETWORKS = {"day": (day, 9), "night": (night, 7)}


def load(folder):
    images = numpy.load(folder + "/images.npy", mmap_mode="r")
    return images, torch.from_numpy(numpy.load(folder + "/labels.npy").astype(numpy.int64))


def batch(images, rows):
    return torch.from_numpy(numpy.ascontiguousarray(images[numpy.sort(rows)]))


def accuracy(model, images, labels):
    model.eval()
    hits = 0
    with torch.no_grad():
        for first in range(0, len(labels), 500):
            rows = numpy.arange(first, min(first + 500, len(labels)))
            hits += int((model(batch(images, rows)).argmax(1) == labels[rows]).sum())
    return 100 * hits / len(labels)


def save(model, out):
    model.eval()
    torch.onnx.export(model, torch.zeros(1, 3, 32, 32), out, input_names=["image"], output_names=["scores"], opset_version=13)


def main(kind, train, valid, out):
    network, epochs = NETWORKS[kind]
    torch.manual_seed(1)
    order = numpy.random.default_rng(1)
    images, labels = load(train)
    held = load(valid)
    model = network()
    steps = epochs * (len(labels) // BATCH)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=2e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.15, steps)
    loss = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        rows = order.permutation(len(labels))
        total = 0.0
        for first in range(0, len(rows) - BATCH + 1, BATCH):
            chosen = numpy.sort(rows[first:first + BATCH])
            error = loss(model(batch(images, chosen)), labels[chosen])
            optimiser.zero_grad()
            error.backward()
            optimiser.step()
            schedule.step()
            total += float(error)
        save(model, out)
        print(f"epoch {epoch + 1}: loss {total * BATCH / len(rows):.3f}, held-out {accuracy(model, *held):.2f} %", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] not in NETWORKS:
        sys.exit(__doc__)
    main(*sys.argv[1:])
