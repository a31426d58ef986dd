"""One decoding step as one compiled function that several threads run together.

The threads share out each part of a layer in pieces and wait for each other between parts. A thread that comes late, or
is held up, takes fewer pieces; nobody waits for a thread that has taken none. The parts of a layer:

    1  a head at a time: norm, query, key and value; remember key and value; attend to all so far
    2  attention's output matrix, added to the stream
    3  a head at a time: norm, query, attend to the text      (text models only)
    4  its output matrix, added to the stream
    5  norm, the feed-forward part's first matrix, GELU
    6  its second matrix, added to the stream

and after the last layer its norm and the heads. What is small (norms, rounding activations to int16) every thread does
for itself, because that takes less time than waiting.

Loops run over slices from 0 on: an index that might be negative keeps LLVM from doing many numbers at once.
All of it stands in this file, because numba keeps compiled code by file: it does not see that another one has changed.
A "vector" is one position of one row: `rows * steps` of them go through the matrices side by side.
"""

import numpy as np
from numba import njit

from musicgen_studio.engine.model.cpu.arrays import (
    Activations,
    Floats,
    KeyValues,
    Longs,
    Matrices,
    Scratch,
    Shape,
    Texts,
    Weights,
)
from musicgen_studio.engine.model.cpu.vector import (
    GROUP_SIZES,
    TILE,
    VECTOR_MAX,
    WEIGHT_MAX,
    bits_of_float,
    breathe,
    count_up,
    counted,
    exchange,
    float_of_bits,
    leave_core,
    tile_product,
)

_ALL_BUT_SIGN = np.int32(0x7FFFFFFF)
LAYER_NORM_EPS = np.float32(1e-5)
SHARE_MAX = 4095  # attention weights have 12 bits: 4,000 positions of int8 values cannot overflow
MAX_POSITIONS = (2**31 - 1) // (SHARE_MAX * WEIGHT_MAX)
LOOKS = 2000  # before a thread that waits lets go of its core: some 0.1 ms, many times what a piece takes
PIECE_TILES = 2  # tiles a thread takes at a time: 64 KB of a 1024-wide matrix

# Counters lie a cache line apart. The first two say which step is under way and how many threads are in it.
_LINE = 8
OPEN, INSIDE, FIRST_PART = 0, _LINE, 2 * _LINE
PARTS_PER_LAYER = 6

# A division that could raise, or a sum in a fixed order, would not be done for many numbers at once.
_compiled = njit(nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "nsz", "arcp", "contract", "nnan"})
_one, _two = tile_product(1), tile_product(2)
_four, _eight = (tile_product(4), tile_product(8)) if max(GROUP_SIZES) == 8 else (_two, _two)
_HAS_LARGE_GROUPS = max(GROUP_SIZES) == 8


@_compiled
def run_step(
    scratch: Scratch,
    ticket: int,
    shape: Shape,
    weights: Weights,
    kv: KeyValues,
    texts: Texts,
    activations: Activations,
    counters: Longs,
    rows: int,
    steps: int,
    start: int,
    positions: int,
    text_rows: int,
) -> None:
    """Run new positions through the model; the logits after the last one of each row are left in the activations.

    Args:
        scratch: This thread's own.
        ticket: Number of this step.
        shape: Sizes.
        weights: The model.
        kv: Is filled at `start` and after.
        texts: What the first `text_rows` rows attend to.
        activations: `x` holds the new positions, `[rows * steps, width]`, and is changed.
        counters: Zero but for `OPEN`, which holds the ticket, and `INSIDE`.
        rows: Sequences side by side.
        steps: New positions of each.
        start: Positions so far.
        positions: For how many it has room.
        text_rows: How many rows, from the first, have a text.
    """
    count_up(counters, INSIDE, 1)
    if counted(counters, OPEN) == ticket:
        vectors = rows * steps
        part = 0
        for layer in range(shape.layers):
            _self_attention(
                part, layer, shape, weights, kv, activations, scratch, counters, rows, steps, start, positions
            )
            _add_product(
                part + 1, layer, weights.attention_out, activations.mixed, shape.width, activations, shape.width,
                vectors, scratch, counters,
            )  # fmt: skip
            if text_rows > 0:
                readers = text_rows * steps
                _cross_attention(part + 2, layer, shape, weights, texts, activations, scratch, counters, readers)
                _add_product(
                    part + 3, layer, weights.cross_out, activations.mixed, shape.width, activations, shape.width,
                    readers, scratch, counters,
                )  # fmt: skip
            _feed_forward_up(part + 4, layer, shape, weights, activations, scratch, counters, vectors)
            _add_product(
                part + 5, layer, weights.down, activations.hidden, shape.feed_forward, activations, shape.width,
                vectors, scratch, counters,
            )  # fmt: skip
            part += PARTS_PER_LAYER
        _heads(part, shape, weights, activations, scratch, counters, rows, steps)
    count_up(counters, INSIDE, -1)


@_compiled
def end_step(counters: Longs) -> None:
    """Let no thread into the step any more, and wait for those inside."""
    exchange(counters, OPEN, 0)  # a plain store could be seen by the others only after the look at who is inside
    looked = 0
    while counted(counters, INSIDE) > 0:
        looked = _look_away(looked)


@_compiled
def multiply(
    layer: int, matrices: Matrices, x: Floats, target: Floats, vectors: int, inputs: int, outputs: int, scratch: Scratch
) -> None:
    """Multiply vectors with the matrix of a layer, in one thread.

    Args:
        layer: Whose matrix.
        matrices: `outputs` is a whole number of tiles.
        x: `[vectors, inputs]`, flat.
        target: Is filled: `[vectors, outputs]`, flat.
        vectors: How many.
        inputs: Their length.
        outputs: Length of the results.
        scratch: Room to work in.
    """
    _round_all(x, vectors, inputs, scratch)
    for tile in range(outputs // TILE):
        _tile_to(
            layer, matrices, outputs // TILE, tile, inputs, vectors, scratch, target, outputs, tile * TILE, outputs
        )


@_compiled
def _next_piece(counters: Longs, part: int) -> int:
    return count_up(counters, FIRST_PART + 2 * part * _LINE, 1)  # type: ignore[no-any-return]


@_compiled
def _piece_done(counters: Longs, part: int) -> None:
    count_up(counters, FIRST_PART + (2 * part + 1) * _LINE, 1)


@_compiled
def _wait(counters: Longs, part: int, pieces: int) -> None:
    """Wait until all pieces of a part are done, whoever does them."""
    looked = 0
    while counted(counters, FIRST_PART + (2 * part + 1) * _LINE) < pieces:
        looked = _look_away(looked)


@_compiled
def _look_away(looked: int) -> int:
    """Wait before the next look at a counter; return how often was looked.

    Whoever does a piece at this moment is done before one has looked often. If not, the other has lost its core: who
    then kept this one busy would lose it, too, as having had its share.
    """
    if looked < LOOKS:
        breathe()
    else:
        leave_core()
    return looked + 1


@_compiled
def _self_attention(part, layer, shape, weights, kv, activations, scratch, counters, rows, steps, start, positions):
    vectors = rows * steps
    padded = shape.padded_head
    per_head = 3 * padded // TILE
    is_read = False
    while True:
        head = _next_piece(counters, part)
        if head >= shape.heads:
            break
        if not is_read:
            _round_normed(layer, weights.attention_norm, activations.x, shape.width, vectors, scratch)
            is_read = True
        for tile in range(per_head):
            _tile_to(
                layer, weights.qkv, shape.heads * per_head, head * per_head + tile, shape.width, vectors, scratch,
                scratch.qkv, 3 * padded, tile * TILE, 3 * padded,
            )  # fmt: skip
        for row in range(rows):
            place = (layer * rows + row) * shape.heads + head
            begin = kv.begins[row]
            for step in range(steps):
                vector = row * steps + step
                key = (vector * 3 + 1) * padded
                value = key + padded
                _remember_key(scratch.qkv[key : key + shape.head], kv, place, positions, start + step)
                _remember_value(scratch.qkv[value : value + shape.head], padded, kv, place, positions, start + step)
            for step in range(steps):
                vector = row * steps + step
                query = vector * 3 * padded
                mixed = vector * shape.width + head * shape.head
                _attend(
                    scratch.qkv[query : query + shape.head], shape, kv, place, positions,
                    min(begin, start + step), start + step + 1, scratch, activations.mixed[mixed : mixed + shape.head],
                )  # fmt: skip
        _piece_done(counters, part)
    _wait(counters, part, shape.heads)


@_compiled
def _remember_key(key, kv, place, positions, position):
    scale = _largest(key) / np.float32(WEIGHT_MAX)
    kv.key_scales[place * positions + position] = scale
    inverse = _inverse(scale)
    tile = (place * positions + position // TILE * TILE) * len(key) + 2 * (position % TILE)
    for index in range(len(key)):
        kv.keys[tile + index // 2 * 2 * TILE + index % 2] = np.int8(np.int32(np.rint(key[index] * inverse)))


@_compiled
def _remember_value(value, padded, kv, place, positions, position):
    scale = _largest(value) / np.float32(WEIGHT_MAX)
    kv.value_scales[place * positions + position] = scale
    inverse = _inverse(scale)
    first = place * positions * padded + position // 2 * 2 * TILE + position % 2
    for index in range(len(value)):
        tile = first + index // TILE * positions * TILE
        kv.values[tile + 2 * (index % TILE)] = np.int8(np.int32(np.rint(value[index] * inverse)))


@_compiled
def _attend(query, shape, kv, place, positions, begin, length, scratch, mixed):
    """Attend with one query to the positions from `begin` to before `length` of one head of one row."""
    size, padded = shape.head, shape.padded_head
    first = place * positions
    scale = _rounded(query, scratch.shares[:size], VECTOR_MAX) / np.float32(np.sqrt(np.float32(size)))
    for tile in range((length + TILE - 1) // TILE):
        at = (first + tile * TILE) * size
        _one(kv.keys, at, scratch.shares, 0, 0, size // 2, scratch.sums, tile * TILE)
    line, sums = scratch.line[begin:length], scratch.sums[begin:length]
    scales = kv.key_scales[first + begin : first + length]
    for position in range(length - begin):
        line[position] = np.float32(sums[position]) * scales[position] * scale
    total = _softmax_numerators(line)
    scales = kv.value_scales[first + begin : first + length]
    for position in range(length - begin):
        line[position] *= scales[position]
    scratch.shares[:begin] = 0
    scale = _rounded(line, scratch.shares[begin:length], SHARE_MAX) / total
    scratch.shares[length] = 0  # positions go in pairs
    for tile in range(padded // TILE):
        at = first * padded + tile * positions * TILE
        _one(kv.values, at, scratch.shares, 0, 0, (length + 1) // 2, scratch.sums, tile * TILE)
    sums = scratch.sums[:size]
    for index in range(size):
        mixed[index] = np.float32(sums[index]) * scale


@_compiled
def _softmax_numerators(scores):
    """Turn scores into e^(score - the greatest), in place; return their sum."""
    greatest = _greatest(scores)
    total = np.float32(0.0)
    for index in range(len(scores)):
        scores[index] = _exp(scores[index] - greatest)
        total += scores[index]
    return total


@_compiled
def _cross_attention(part, layer, shape, weights, texts, activations, scratch, counters, readers):
    padded, size = shape.padded_head, shape.head
    per_head = padded // TILE
    scale = np.float32(1.0) / np.float32(np.sqrt(np.float32(size)))
    query = scratch.qkv
    is_read = False
    while True:
        head = _next_piece(counters, part)
        if head >= shape.heads:
            break
        if not is_read:
            _round_normed(layer, weights.cross_norm, activations.x, shape.width, readers, scratch)
            is_read = True
        for tile in range(per_head):
            _tile_to(
                layer, weights.cross_q, shape.heads * per_head, head * per_head + tile, shape.width, readers,
                scratch, query, padded, tile * TILE, padded,
            )  # fmt: skip
        for reader in range(readers):
            number = reader * (len(texts.begins) - 1) // readers
            begin, tokens = texts.begins[number], texts.begins[number + 1] - texts.begins[number]
            first = (begin * shape.layers * shape.heads + (layer * shape.heads + head) * tokens) * size
            at = reader * shape.width + head * size
            _read_text(
                query[reader * padded : reader * padded + size], texts, first, scale, scratch.line[:tokens],
                activations.mixed[at : at + size],
            )  # fmt: skip
        _piece_done(counters, part)
    _wait(counters, part, shape.heads)


@_compiled
def _read_text(query, texts, first, scale, shares, mixed):
    """Attend with one query to a text, whose keys and values for this layer and head begin at `first`."""
    size = len(query)
    for token in range(len(shares)):
        key = texts.keys[first + token * size : first + (token + 1) * size]
        score = np.float32(0.0)
        for index in range(size):
            score += query[index] * key[index]
        shares[token] = score * scale
    total = _softmax_numerators(shares)
    mixed[:] = np.float32(0.0)
    for token in range(len(shares)):
        share = shares[token] / total
        value = texts.values[first + token * size : first + (token + 1) * size]
        for index in range(size):
            mixed[index] += share * value[index]


@_compiled
def _feed_forward_up(part, layer, shape, weights, activations, scratch, counters, vectors):
    tiles = (shape.feed_forward + TILE - 1) // TILE
    pieces = (tiles + PIECE_TILES - 1) // PIECE_TILES
    is_read = False
    while True:
        piece = _next_piece(counters, part)
        if piece >= pieces:
            break
        if not is_read:
            _round_normed(layer, weights.feed_forward_norm, activations.x, shape.width, vectors, scratch)
            is_read = True
        for tile in range(piece * PIECE_TILES, min((piece + 1) * PIECE_TILES, tiles)):
            _tile_to(
                layer, weights.up, tiles, tile, shape.width, vectors, scratch,
                activations.hidden, shape.feed_forward, tile * TILE, shape.feed_forward,
            )  # fmt: skip
            for vector in range(vectors):
                at = vector * shape.feed_forward
                end = at + min((tile + 1) * TILE, shape.feed_forward)
                hidden = activations.hidden[at + tile * TILE : end]
                for index in range(len(hidden)):
                    hidden[index] = _gelu(hidden[index])
        _piece_done(counters, part)
    _wait(counters, part, pieces)


@_compiled
def _add_product(part, layer, matrices, source, inputs, activations, outputs, vectors, scratch, counters):
    """Multiply, and add to the activations."""
    tiles = (outputs + TILE - 1) // TILE
    pieces = (tiles + PIECE_TILES - 1) // PIECE_TILES
    is_read = False
    while True:
        piece = _next_piece(counters, part)
        if piece >= pieces:
            break
        if not is_read:
            _round_all(source, vectors, inputs, scratch)
            is_read = True
        for tile in range(piece * PIECE_TILES, min((piece + 1) * PIECE_TILES, tiles)):
            count = min(TILE, outputs - tile * TILE)
            for group in range(0, vectors, 8):
                grouped = min(8, vectors - group)
                _tile_group(layer, matrices, tiles, tile, inputs, group, grouped, scratch)
                for vector in range(grouped):
                    at = (group + vector) * outputs + tile * TILE
                    target, product = activations.x[at : at + count], scratch.line[vector * TILE : (vector + 1) * TILE]
                    for index in range(count):
                        target[index] += product[index]
        _piece_done(counters, part)
    _wait(counters, part, pieces)


@_compiled
def _heads(part, shape, weights, activations, scratch, counters, rows, steps):
    """The last norm and the heads, over the last position of each row."""
    tiles = (shape.logits + TILE - 1) // TILE
    pieces = (tiles + PIECE_TILES - 1) // PIECE_TILES
    is_read = False
    while True:
        piece = _next_piece(counters, part)
        if piece >= pieces:
            break
        if not is_read:
            line = scratch.line[: shape.width]
            for row in range(rows):
                at = (row * steps + steps - 1) * shape.width
                _norm(activations.x[at : at + shape.width], weights.out_norm, line)
                x = scratch.x[row * shape.width : (row + 1) * shape.width]
                scratch.x_scales[row] = _rounded(line, x, VECTOR_MAX)
            is_read = True
        for tile in range(piece * PIECE_TILES, min((piece + 1) * PIECE_TILES, tiles)):
            _tile_to(
                0, weights.heads, tiles, tile, shape.width, rows, scratch,
                activations.logits, shape.logits, tile * TILE, shape.logits,
            )  # fmt: skip
        _piece_done(counters, part)
    _wait(counters, part, pieces)


@_compiled
def _tile_to(layer, matrices, tiles, tile, inputs, vectors, scratch, target, stride, column, columns):
    """Multiply a tile with all vectors and write the results into columns of the target."""
    count = min(TILE, columns - column)
    for group in range(0, vectors, 8):
        grouped = min(8, vectors - group)
        _tile_group(layer, matrices, tiles, tile, inputs, group, grouped, scratch)
        for vector in range(grouped):
            at = (group + vector) * stride + column
            target[at : at + count] = scratch.line[vector * TILE : vector * TILE + count]


@_compiled
def _tile_group(layer, matrices, tiles, tile, inputs, first, vectors, scratch):
    """Multiply a tile with up to 8 vectors from `first` on: `[vectors, 32]`, into the scratch's line."""
    at = (layer * tiles + tile) * inputs * TILE
    scales_at = (layer * tiles + tile) * TILE
    scales = matrices.scales[scales_at : scales_at + TILE]
    x, sums = scratch.x, scratch.sums
    done = 0
    while done < vectors:
        x_at = (first + done) * inputs
        left = vectors - done
        if _HAS_LARGE_GROUPS and left >= 8:
            _eight(matrices.tiles, at, x, x_at, inputs, inputs // 2, sums, 0)
            group = 8
        elif _HAS_LARGE_GROUPS and left >= 4:
            _four(matrices.tiles, at, x, x_at, inputs, inputs // 2, sums, 0)
            group = 4
        elif left >= 2:
            _two(matrices.tiles, at, x, x_at, inputs, inputs // 2, sums, 0)
            group = 2
        else:
            _one(matrices.tiles, at, x, x_at, inputs, inputs // 2, sums, 0)
            group = 1
        for vector in range(group):
            scale = scratch.x_scales[first + done + vector]
            result = scratch.line[(done + vector) * TILE : (done + vector + 1) * TILE]
            total = sums[vector * TILE : (vector + 1) * TILE]
            for index in range(TILE):
                result[index] = np.float32(total[index]) * scales[index] * scale
        done += group


@_compiled
def _round_all(source, vectors, size, scratch):
    """Round vectors for a matrix."""
    for vector in range(vectors):
        span = slice(vector * size, (vector + 1) * size)
        scratch.x_scales[vector] = _rounded(source[span], scratch.x[span], VECTOR_MAX)


@_compiled
def _round_normed(layer, norms, source, width, vectors, scratch):
    """Normalise vectors and round them for the next matrix."""
    norm = norms[layer * 2 * width : (layer + 1) * 2 * width]
    line = scratch.line[:width]
    for vector in range(vectors):
        span = slice(vector * width, (vector + 1) * width)
        _norm(source[span], norm, line)
        scratch.x_scales[vector] = _rounded(line, scratch.x[span], VECTOR_MAX)


@_compiled
def _norm(source, norm, target):
    """Layer norm of one vector."""
    width = len(source)
    gain, shift = norm[:width], norm[width:]
    mean = np.float32(0.0)
    for index in range(width):
        mean += source[index]
    mean /= np.float32(width)
    variance = np.float32(0.0)
    for index in range(width):
        difference = source[index] - mean
        variance += difference * difference
    inverse = np.float32(1.0) / np.sqrt(variance / np.float32(width) + LAYER_NORM_EPS)
    for index in range(width):
        target[index] = (source[index] - mean) * inverse * gain[index] + shift[index]


@_compiled
def _rounded(source, target, greatest):
    """Round numbers to int16 of at most `greatest`; return what one step is worth."""
    scale = _largest(source) / np.float32(greatest)
    inverse = _inverse(scale)
    for index in range(len(source)):
        target[index] = np.int16(np.int32(np.rint(source[index] * inverse)))
    return scale


@_compiled
def _inverse(scale):
    return np.float32(1.0) / scale if scale > np.float32(0.0) else np.float32(0.0)


@_compiled
def _largest(source):
    """Return the greatest absolute value. Without its sign, a float's bits are in the order of the numbers.

    LLVM finds the greatest of many integers at once, but not of floats, which may be no numbers.
    """
    largest = np.int32(0)
    for index in range(len(source)):
        largest = max(largest, bits_of_float(source[index]) & _ALL_BUT_SIGN)
    return float_of_bits(largest)


@_compiled
def _greatest(source):
    """Return the greatest number: with the other bits turned over where the sign is set, the order holds for all."""
    greatest = _in_order(bits_of_float(source[0]))
    for index in range(len(source)):
        greatest = max(greatest, _in_order(bits_of_float(source[index])))
    return float_of_bits(_in_order(greatest))


@_compiled
def _in_order(bits):
    return bits ^ ((bits >> np.int32(31)) & _ALL_BUT_SIGN)


@_compiled
def _exp(x):
    """e^x for x <= 0, to 2e-7: 2^n times a polynomial on what is left (Taylor's, in ln 2)."""
    y = max(x, np.float32(-87.0)) * np.float32(1.4426950408889634)
    whole = np.rint(y)
    z = (y - whole) * np.float32(0.6931471805599453)
    p = np.float32(1 / 720)
    p = p * z + np.float32(1 / 120)
    p = p * z + np.float32(1 / 24)
    p = p * z + np.float32(1 / 6)
    p = p * z + np.float32(0.5)
    p = p * z + np.float32(1.0)
    p = p * z + np.float32(1.0)
    return p * float_of_bits((np.int32(whole) + np.int32(127)) << np.int32(23))


@_compiled
def _gelu(x):
    """Return x times the normal distribution's integral, with erf as a rational function, to 5e-7.

    Source of the coefficients: Eigen's `generic_fast_erf_float`.
    """
    z = min(max(x * np.float32(0.7071067811865476), np.float32(-4.0)), np.float32(4.0))
    square = z * z
    p = np.float32(-2.72614225801306e-10)
    p = p * square + np.float32(2.77068142495902e-08)
    p = p * square + np.float32(-2.10102402082508e-06)
    p = p * square + np.float32(-5.69250639462346e-05)
    p = p * square + np.float32(-7.34990630326855e-04)
    p = p * square + np.float32(-2.95459980854025e-03)
    p = p * square + np.float32(-1.60960333262415e-02)
    q = np.float32(-1.45660718464996e-05)
    q = q * square + np.float32(-2.13374055278905e-04)
    q = q * square + np.float32(-1.68282697438203e-03)
    q = q * square + np.float32(-7.37332916720468e-03)
    q = q * square + np.float32(-1.42647390514189e-02)
    return np.float32(0.5) * x * (np.float32(1.0) + z * p / q)
