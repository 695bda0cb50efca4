#!/usr/bin/env python3
"""Trains the detector of the case studies of levels on frames that Tactus draws, and writes it as ONNX. Needs Debian's python3-torch and
python3-numpy.

    tactus experiment frames --seed 1000000 --count 9600 --out train
    tactus experiment frames --seed 2000000 --count 800 --out valid
    python3 train.py train valid streets.onnx [EPOCHS]

The network has no layer that knows the size of a frame, so it takes any height and width that are multiples of 8. For every 8 x 8 pixels it
answers two logits (a car's middle, a pedestrian's middle), where in the cell the middle is, and the logarithms of width and height in cells.
"""
import math
import sys
import time

import numpy
import torch
from torch import nn

BATCH = 24
STRIDE = 8
CLASSES = 2


def conv(inputs, outputs, stride=1):
    return [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*conv(3, 16, 2), *conv(16, 32, 2), *conv(32, 32), *conv(32, 64, 2), *conv(64, 64), *conv(64, 64))
        self.head = nn.Conv2d(64, CLASSES + 4, 1)
        nn.init.constant_(self.head.bias[:CLASSES], -4.0)

    def forward(self, image):
        return self.head(self.body(image))


def targets(boxes, rows, columns):
    """Heat of each class, place and size where a middle is, and where that is."""
    heat = torch.zeros(len(boxes), CLASSES, rows, columns)
    rest = torch.zeros(len(boxes), 4, rows, columns)
    there = torch.zeros(len(boxes), 1, rows, columns)
    ys, xs = torch.meshgrid(torch.arange(rows).float(), torch.arange(columns).float(), indexing="ij")
    for n, image in enumerate(boxes):
        for left, top, right, bottom, kind, exists in image.tolist()[::-1]:  # the nearest is written last
            if not exists:
                continue
            wide, high = (right - left) / STRIDE, (bottom - top) / STRIDE
            x, y = (left + right) / 2 / STRIDE, (top + bottom) / 2 / STRIDE
            column, row = min(columns - 1, int(x)), min(rows - 1, int(y))
            spot = torch.exp(-((xs - column) / (0.18 * wide + 0.35)) ** 2 / 2 - ((ys - row) / (0.18 * high + 0.35)) ** 2 / 2)
            heat[n, int(kind)] = torch.maximum(heat[n, int(kind)], spot)
            rest[n, :, row, column] = torch.tensor([x - column, y - row, math.log(max(wide, 0.2)), math.log(max(high, 0.2))])
            there[n, 0, row, column] = 1
    return heat, rest, there


def loss(answer, heat, rest, there):
    logits = answer[:, :CLASSES]
    p = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    middle = (heat > 0.999).float()
    focal = -(middle * (1 - p) ** 2 * p.log() + (1 - middle) * (1 - heat) ** 4 * p ** 2 * (1 - p).log()).sum()
    places = ((answer[:, CLASSES:] - rest).abs() * there * torch.tensor([1.0, 1.0, 0.7, 0.7]).view(1, 4, 1, 1)).sum()
    return (focal + 1.5 * places) / there.sum().clamp(min=1), focal / there.sum().clamp(min=1)


def load(folder):
    return numpy.load(folder + "/images.npy", mmap_mode="r"), torch.from_numpy(numpy.load(folder + "/boxes.npy"))


def batch(data, rows):
    images = torch.from_numpy(numpy.ascontiguousarray(data[0][rows])).float() / 255
    return images, data[1][rows]


def flip(images, boxes):
    """Every second image is mirrored."""
    width = images.shape[3]
    images[::2] = images[::2].flip(3)
    left = boxes[::2, :, 0].clone()
    boxes[::2, :, 0] = width - boxes[::2, :, 2]
    boxes[::2, :, 2] = width - left
    return images, boxes


def held(model, data):
    model.eval()
    total, heats = 0.0, 0.0
    with torch.no_grad():
        for first in range(0, len(data[1]), 100):
            images, boxes = batch(data, numpy.arange(first, min(first + 100, len(data[1]))))
            answer = model(images)
            both, heat = loss(answer, *targets(boxes, *answer.shape[2:]))
            total += float(both)
            heats += float(heat)
    return total / (len(data[1]) / 100), heats / (len(data[1]) / 100)


def save(model, out):
    model.eval()
    torch.onnx.export(model, torch.zeros(1, 3, 112, 192), out, input_names=["frame"], output_names=["cells"], opset_version=13,
                      dynamic_axes={"frame": {2: "rows", 3: "columns"}, "cells": {2: "cell_rows", 3: "cell_columns"}})


def main(train, valid, out, epochs=8):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    order = numpy.random.default_rng(1)
    data, other = load(train), load(valid)
    model = Detector()
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    begin = time.time()
    batches = len(data[1]) // BATCH
    for epoch in range(int(epochs)):
        model.train()
        rows = order.permutation(len(data[1]))
        for number in range(batches):
            done = (epoch + number / batches) / int(epochs)
            for group in optimiser.param_groups:
                group["lr"] = 2e-3 * min(1, done * 40 + 0.05) * (0.5 + 0.5 * math.cos(math.pi * done))
            images, boxes = flip(*batch(data, numpy.sort(rows[number * BATCH:(number + 1) * BATCH])))
            answer = model(images)
            error, _ = loss(answer, *targets(boxes, *answer.shape[2:]))
            optimiser.zero_grad()
            error.backward()
            optimiser.step()
        save(model, out)
        print(f"epoch {epoch + 1}, {time.time() - begin:.0f} s: held-out loss %.3f, of it heat %.3f" % held(model, other), flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
