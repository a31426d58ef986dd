"""The few machine instructions that numba's Python has no word for, written as LLVM code.

`tile_product` is the one product all of a step's matrices go through: a tile of 32 outputs, kept as int8, times some
vectors of int16, summed in int32 and therefore exact. Two neighbouring inputs lie together for each output,

    tile[pair of inputs][output][2],  32 outputs,  64 bytes a pair

so a tile is read from its first byte to its last, as memory likes it, and one instruction (`pmaddwd`, from 2008 on;
with VNNI LLVM makes it `vpdpwssd`) multiplies and adds the pairs of 8 or 16 outputs at once. Activations have 12 bits:
with inputs up to `MAX_INPUTS` no sum can overflow.

The rest: numbers several threads may count with, and floats as their bits.
"""

import os
from collections.abc import Callable
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

TILE = 32
"""Outputs in a tile."""

WEIGHT_MAX = 127
VECTOR_MAX = 2047
MAX_INPUTS = (2**31 - 1) // (WEIGHT_MAX * VECTOR_MAX)

_AHEAD_BYTES = 4096
"""How far ahead of its use memory is asked for: worth a fifth of the speed on one core of Zen 5."""

_BYTE, _SHORT, _INT, _LONG, _FLOAT = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64), ir.FloatType()
_FEATURES = llvmlite.binding.get_host_cpu_features()

IS_AVAILABLE = bool(_FEATURES.get("avx2"))
"""Whether this processor has the instructions."""

_CAN_SLEEP, _NAP_US = os.name == "posix", 20

_LANES = 16 if _FEATURES.get("avx512bw") else 8  # int32 numbers in a register
GROUP_SIZES = (8, 4, 2, 1) if _LANES == 16 else (2, 1)
"""How many vectors a tile can be multiplied with at once: as many sums as the registers hold."""

_MULTIPLY_ADD = {16: "llvm.x86.avx512.pmaddw.d.512", 8: "llvm.x86.avx2.pmadd.wd"}[_LANES]


def tile_product(vectors: int) -> Callable[..., None]:
    """Return the product of a tile and some vectors, to be called from compiled code.

    Args:
        vectors: How many, one of `GROUP_SIZES`.

    Returns:
        A function `(weights, weights_at, x, x_at, x_stride, pairs, sums, sums_at)`: int8 weights from `weights_at`;
        int16 vectors from `x_at`, `x_stride` apart, `2 * pairs` numbers each; int32 sums `[vectors, 32]` are written
        from `sums_at`. All arrays are contiguous, and positions count in elements.
    """

    @intrinsic
    def product(
        _context: Any, weights: Any, _at: Any, x: Any, _x_at: Any, _stride: Any, _pairs: Any, sums: Any, _sums_at: Any
    ) -> Any:
        number = types.int64
        signature = types.void(weights, number, x, number, number, number, sums, number)

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            weights, weights_at, x, x_at, stride, pairs, sums, sums_at = args
            kinds = signature.args
            weights = _element(context, builder, kinds[0], weights, weights_at)
            x = _element(context, builder, kinds[2], x, x_at)
            sums = _element(context, builder, kinds[6], sums, sums_at)
            _multiply(builder, vectors, weights, x, stride, pairs, sums)
            return context.get_dummy_value()

        return signature, generate

    return product  # type: ignore[no-any-return]


def _multiply(builder: Any, vectors: int, weights: Any, x: Any, stride: Any, pairs: Any, sums: Any) -> None:
    """Write a loop over pairs of inputs; the sums stay in registers until its end."""
    registers = TILE // _LANES
    shorts, ints = ir.VectorType(_SHORT, 2 * _LANES), ir.VectorType(_INT, _LANES)
    before, loop, after = builder.block, builder.append_basic_block("pairs"), builder.append_basic_block("summed")
    builder.branch(loop)
    builder.position_at_end(loop)
    pair = builder.phi(_LONG)
    pair.add_incoming(_LONG(0), before)
    totals = [builder.phi(ints) for _ in range(vectors * registers)]
    tile = builder.gep(weights, [builder.mul(pair, _LONG(2 * TILE))])
    _prefetch(builder, tile)
    columns = [
        builder.sext(_load(builder, tile, register * 2 * _LANES, ir.VectorType(_BYTE, 2 * _LANES), 1), shorts)
        for register in range(registers)
    ]
    for vector in range(vectors):
        at = builder.add(builder.mul(stride, _LONG(vector)), builder.mul(pair, _LONG(2)))
        both = _spread(builder, _load(builder, builder.gep(x, [at]), 0, _INT, 2), ints)
        for register, column in enumerate(columns):
            total = totals[vector * registers + register]
            product = builder.call(_function(builder, _MULTIPLY_ADD, ints, shorts, shorts), [column, both])
            total.add_incoming(ir.Constant(ints, [0] * _LANES), before)
            total.add_incoming(builder.add(total, product), loop)
    following = builder.add(pair, _LONG(1))
    pair.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, pairs), loop, after)
    builder.position_at_end(after)
    for index, total in enumerate(totals):
        place = builder.gep(sums, [_LONG(index * _LANES)])
        builder.store(total.incomings[1][0], builder.bitcast(place, ints.as_pointer()), align=4)


def _spread(builder: Any, pair: Any, ints: Any) -> Any:
    """Fill a register with one pair of int16."""
    undefined = ir.Constant(ints, ir.Undefined)
    first = builder.insert_element(undefined, pair, _INT(0))
    everywhere = ir.Constant(ir.VectorType(_INT, _LANES), [0] * _LANES)
    return builder.bitcast(builder.shuffle_vector(first, undefined, everywhere), ir.VectorType(_SHORT, 2 * _LANES))


def _prefetch(builder: Any, place: Any) -> None:
    """Ask for what will be read soon, and keep it out of the caches' way: weights are read once a step."""
    prefetch = _function(builder, "llvm.prefetch.p0", ir.VoidType(), _BYTE.as_pointer(), _INT, _INT, _INT)
    ahead = builder.gep(place, [_LONG(_AHEAD_BYTES)])
    builder.call(prefetch, [ahead, _INT(0), _INT(0), _INT(1)])  # to read, used once, data


def _load(builder: Any, base: Any, offset: int, kind: Any, align: int) -> Any:
    place = builder.gep(base, [_LONG(offset)]) if offset else base
    return builder.load(builder.bitcast(place, kind.as_pointer()), align=align)


def _function(builder: Any, name: str, result: Any, *arguments: Any) -> Any:
    known = builder.module.globals.get(name)
    return known or ir.Function(builder.module, ir.FunctionType(result, arguments), name)


def _element(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Return the address of an element of a contiguous array."""
    return builder.gep(context.make_array(kind)(context, builder, value=array).data, [index])


@intrinsic
def count_up(_context: Any, counters: Any, _index: Any, _by: Any) -> Any:
    """Add to one of several int64 counters and return what it was, as one act between threads."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _element(context, builder, signature.args[0], args[0], args[1])
        return builder.atomic_rmw("add", place, args[2], "seq_cst")

    return types.int64(counters, types.int64, types.int64), generate


@intrinsic
def counted(_context: Any, counters: Any, _index: Any) -> Any:
    """Read a counter, and see all that was written before it was counted up."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _element(context, builder, signature.args[0], args[0], args[1])
        return builder.load_atomic(place, "seq_cst", 8)

    return types.int64(counters, types.int64), generate


@intrinsic
def exchange(_context: Any, counters: Any, _index: Any, _value: Any) -> Any:
    """Set a counter and return what it was, as one act between threads: what is read after it is read after it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _element(context, builder, signature.args[0], args[0], args[1])
        return builder.atomic_rmw("xchg", place, args[2], "seq_cst")

    return types.int64(counters, types.int64, types.int64), generate


@intrinsic
def breathe(_context: Any) -> Any:
    """Tell the processor that this thread is waiting in a loop."""

    def generate(context: Any, builder: Any, _signature: Any, _args: Any) -> Any:
        builder.call(_function(builder, "llvm.x86.sse2.pause", ir.VoidType()), [])
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def leave_core(_context: Any) -> Any:
    """Sleep for a moment, so that whoever is waited for can have this core; some tens of µs, where there is a way."""

    def generate(context: Any, builder: Any, _signature: Any, _args: Any) -> Any:
        if _CAN_SLEEP:
            sleep = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_INT, [_INT]), "usleep")
            builder.call(sleep, [_INT(_NAP_US)])
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def float_of_bits(_context: Any, _bits: Any) -> Any:
    """Return the float32 that an int32 is the bits of."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _FLOAT)

    return types.float32(types.int32), generate


@intrinsic
def bits_of_float(_context: Any, _number: Any) -> Any:
    """Return the bits of a float32 as an int32."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _INT)

    return types.int32(types.float32), generate
