"""Names that programs are written with: pools by the part a name plays."""

from __future__ import annotations

import builtins
import keyword


def _pool(text: str) -> list[str]:
    return text.split()


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(many, one) for many, one in (pair.split("/") for pair in text.split())]


# slot of many -> (slot of one, pairs of names)
PAIRS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "xs": ("x", _pairs(
        "values/value nums/num numbers/number items/item data/x arr/a readings/reading scores/score prices/price samples/sample "
        "weights/w amounts/amount xs/x entries/entry seq/v temps/temp deltas/delta ages/age marks/mark sizes/sz costs/cost "
        "elements/el quantities/qty durations/duration ids/id_ heights/h lengths/length nums/v array/elem ratings/rating "
        "balances/balance offsets/offset levels/level latencies/latency codes/code points/pt votes/vote bids/bid")),
    "ws": ("w", _pairs(
        "words/word names/name tokens/token tags/tag labels/label lines/line keys/key paths/path strings/s titles/title "
        "emails/email urls/url terms/term parts/part fields/field_ columns/col commands/cmd cities/city files/fname")),
    "s": ("c", _pairs(
        "text/c s/ch string/char line/letter message/c source/ch content/char raw/c payload/b sentence/letter "
        "pattern/sym phrase/c body/ch input_text/char doc/c expr/tok st/c seq/base dna/nuc")),
    "rows": ("row", _pairs(
        "rows/row records/record orders/order events/event users/user logs/log transactions/tx entries/entry items/item "
        "employees/emp products/product tickets/ticket sales/sale payments/payment visits/visit jobs/job students/student")),
    "ps": ("p", _pairs(
        "pairs/p intervals/interval edges/edge points/point segments/seg ranges/rng links/link spans/span "
        "bookings/booking meetings/meeting moves/move connections/conn windows/win slots/slot")),
    "m": ("r", _pairs(
        "matrix/row grid/row board/line mat/r image/row table/row cells/row field/line map_/row heights/row "
        "pixels/row frame/line tiles/row costs/row")),
}  # fmt: skip

NAMES: dict[str, list[str]] = {
    "out": _pool("result out res output answer ret collected acc rows_out results final buf ans built"),
    "total": _pool("total acc running summed result tot accum subtotal sm aggregate s"),
    "count": _pool("cnt hits found n_found tally matches num_hits counter ctr c ok"),
    "d": _pool(
        "counts freq table lookup stats by_key groups buckets seen_at mapping cache positions histogram registry idx_of"
    ),
    "seen": _pool("seen visited known used done marked taken present already"),
    "i": _pool("i i i idx pos index ii"),
    "j": _pool("j j jj q other inner"),
    "k": _pool("k width limit size_k top step window m"),
    "n": _pool("n n length size_n num total_n N upper limit_n bound"),
    "lo": _pool("lo low left l start begin_ first"),
    "hi": _pool("hi high right r_ stop finish last"),
    "mid": _pool("mid middle m_ pivot_at center"),
    "best": _pool("best answer top record_ longest peak maximum champion bst"),
    "cur": _pool("cur current run streak now here active acc_"),
    "prev": _pool("prev previous before_ last_seen old back"),
    "nxt": _pool("nxt following after_ upcoming new"),
    "target": _pool("target goal wanted needle limit threshold key cutoff"),
    "q": _pool("queue_ q todo pending frontier work fringe agenda"),
    "st": _pool("stack stk st pending_ open_ trail history"),
    "heap": _pool("heap pq h_ candidates smallest_k priority"),
    "dp": _pool("dp ways memo table_ f_ best_at cost_to opt"),
    "tmp": _pool("tmp temp aux scratch work_ copy_ buffer"),
    "a": _pool("a first_ left_ x0 p0 u alpha"),
    "b": _pool("b second_ right_ x1 p1 v_ beta"),
    "u": _pool("u node vertex cur_node src here_"),
    "v": _pool("v nb neighbor neighbour to_ adj child"),
    "g": _pool("graph adj_list neighbors g links_ network tree_"),
    "key": _pool("key k_ group bucket name_ category label_"),
    "val": _pool("val value_ v2 amount_ score_ weight_ payload_"),
    "part": _pool("part chunk piece segment block batch slice_ token_"),
    "flag": _pool("flag ok_ found_ changed swapped valid is_ok good"),
    "sep": _pool("sep delim separator glue joiner"),
    "rem": _pool("rem remaining left_over rest budget balance_"),
    "y": _pool("y b2 other_ rhs second w2"),
    "z": _pool("z c2 third extra t2"),
    "depth": _pool("depth level_ nesting open_count height_"),
    "w2": _pool("term cand other_word rhs_word candidate alt"),
    "f": _pool("solve compute process run_job evaluate"),
    "g1": _pool("helper step_ visit_ go inner_ rec search walk"),
}

# C++ names that "using namespace std" or macros would clash with.
_CPP = """
alignas and asm auto bool break case catch char class const continue default delete do double else enum explicit export
extern false float for friend goto if inline int long mutable namespace new not nullptr operator or private protected
public register return short signed sizeof static struct switch template this throw true try typedef typename union
unsigned using virtual void volatile while xor main count array data size begin end find left right prev next min max
swap move distance rank index hash map set list vector queue stack string pair tuple function plus minus begin_ log y0 y1 yn
j0 j1 jn exp link time clock signal acos copy fill search merge sort reverse rotate unique iota partition ref bind any
optional variant byte less greater equal_to negate ratio abs div mod values_ fields_ names pipe read write open close
""".split()
_RESERVED = {
    "python": frozenset(keyword.kwlist) | frozenset(dir(builtins)) | {"self"},
    "cpp": frozenset(_CPP),
}


def reserved(language: str) -> frozenset[str]:
    """Names that a program of ``language`` must not bind."""
    return _RESERVED[language]
