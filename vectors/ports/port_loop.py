# SPDX-License-Identifier: CC0-1.0
"""The protocol of `aevb conform` (docs/spec/protocol.md) for ports in Python: lines of JSON in, lines of JSON out."""
import json
import math
import sys


class DomainError(Exception):
    """The data are outside the domain of the likelihood."""


class Unsupported(Exception):
    """A setting that this port does not have."""


class Case:
    """A question: dims and config as in the vector file, arrays as make_array(flat list, shape) gives them."""

    def __init__(self, message, make_array):
        self.type, self.dims, self.config = message["type"], message["dims"], message["config"]
        self.shapes = {name: [self.dims[d] for d in dims] for name, dims in message["arrays"].items()}
        self.inputs = {}
        for name, value in message["inputs"].items():
            flat = [float(v) for v in (value if isinstance(value, list) else [value])]  # "nan", "inf" and "-inf" too
            self.inputs[name] = make_array(flat, self.shapes[name])
        self.wanted = [name for name in self.shapes if name not in self.inputs]

    def __getitem__(self, name):
        return self.inputs[name]


def number(value):
    value = float(value)
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def flat(array, shape):
    """As the protocol has it: a flat list, a bare number where the shape is a scalar, null for what there is not."""
    if array is None:
        return None
    if not shape:
        return number(array)
    return [number(v) for v in array.reshape(-1).tolist()]


def serve(name, precisions, types, make_array):
    """types: name -> function of a Case that returns a dict of arrays; make_array(flat, shape, precision)."""
    precision = precisions[0]
    for line in sys.stdin:
        message = json.loads(line)
        if "stop" in message:
            break
        if "hello" in message:
            precision = message["hello"]["precision"]
            answer = {"hello": {"protocol": 1, "port": name, "precisions": precisions, "types": sorted(types)}}
        else:
            case = Case(message["case"], lambda values, shape: make_array(values, shape, precision))
            answer = {"id": message["case"]["id"]}
            try:
                outputs = types[case.type](case)
                answer["outputs"] = {n: flat(outputs[n], case.shapes[n]) for n in case.wanted}
            except DomainError:
                answer["error"] = "domain"
            except Unsupported as reason:
                answer["unsupported"] = str(reason)
        print(json.dumps(answer), flush=True)
