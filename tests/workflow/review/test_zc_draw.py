"""ZC-DRAW/1: to the byte, against a second implementation, and against those who would steer it."""

import hashlib
import os
import random
import shutil
import subprocess
import time
from collections import Counter
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.commands.draw import draw_commands
from workflow.review import zc_draw
from workflow.review.zc_draw import (
    Candidate,
    Decline,
    DrawRefused,
    Entropy,
    Manifest,
    Stratum,
    commitment,
    declines_to_bytes,
    digest,
    feasible,
    parse_declines,
    person_commit,
    pool_hash,
    replay,
    run,
    seed,
    tickets,
)

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "data" / "draw_vectors"
SHELL_VERIFIER = ROOT / "tools" / "verify_draw.sh"
R0 = bytes(range(32)).hex()
PERSON = "ab" * 32
SPOKEN = (("JW-01", "3615246152"), ("RST-01", "5526143361"))

# As printed beside the vectors.
PRINTED = {
    "TV1": {
        "pool": "462ee88342b78f26e964f7a192976216975fa683c9b5e830172039fa197e653c",
        "commit": "1d971e03109b1920bfa849586c84ede9352ebc30900b64395cbbc53a41626306",
        "seed": "e64b746931956f9419d1c7d73ab0cebbf8a57ca537d58e2056b8d7ff2a1ab6cd",
        "members": "E001 E005 E007 E010 E016",
        "result": "f0bff864006cb19a33c65a1e29424548840c629bb3de887d471363205cfde126",
    },
    "TV1s": {
        "pool": "e96a312c0da602ec7ee56f44f75f958b6f977b62ac0937c2af3c46a4eb5e3174",
        "commit": "8de04a40d4a2e39c152cf567c8dacef5ed17ab2b7f68d4e2b4ed5c10ff87b39d",
        "seed": "4e6ddf760c7a1adc0e927afe7187133337658d4aa0aa5042644d0375d7ea29d8",
        "members": "E001 E003 E008 E011 E016",
        "result": "85f86da329eaced7dbb557e28cd79bedf9aae476ec51733f298a3b48b9afa75f",
    },
}


def vector(name):
    folder = VECTORS / name
    return (
        Manifest.parse((folder / "manifest.txt").read_bytes()),
        Entropy.parse((folder / "entropy.txt").read_bytes()),
        (folder / "result.txt").read_bytes(),
    )


def pool(experts, needs, unitcap=1, **groupcaps):
    """A manifest from `code stratum unit group` lines and `stratum need` pairs."""
    return Manifest(
        alg="sha256",
        draw_id="2023-GC-01",
        attempt=1,
        unitcap=unitcap,
        groupcaps=groupcaps,
        strata=tuple(Stratum(code, need) for code, need in needs),
        experts=tuple(Candidate(*line.split(), "OK", PERSON) for line in experts),
    )


def spoken_over(manifest, *contributions):
    return Entropy(R0, commitment(manifest, R0), contributions or SPOKEN)


def ranked(manifest, order):
    """The same pool, and a seed under which each stratum ranks as wished."""
    for number in range(100_000):
        wished = hashlib.sha256(str(number).encode()).hexdigest()
        if [ticket.code for ticket in tickets(manifest, wished)] == order.split():
            return wished
    raise AssertionError("no seed found")


def whats(result):
    return [f"{line.code} {line.what}" for line in result.log]


def codes(result):
    return [member.code for member in result.members]


# -- The vectors ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRINTED)
def test_the_vectors_come_out_to_the_byte(name):
    manifest, entropy, written = vector(name)
    result = run(manifest, entropy)
    assert result.to_bytes() == written
    assert PRINTED[name] == {
        "pool": pool_hash(manifest),
        "commit": commitment(manifest, entropy.r0),
        "seed": seed(manifest, entropy),
        "members": " ".join(codes(result)),
        "result": digest(manifest.alg, result.to_bytes()),
    }


@pytest.mark.parametrize("name", PRINTED)
def test_files_read_and_written_again_are_the_same_bytes(name):
    manifest, entropy, _ = vector(name)
    assert manifest.to_bytes() == (VECTORS / name / "manifest.txt").read_bytes()
    assert entropy.to_bytes() == (VECTORS / name / "entropy.txt").read_bytes()


def test_sm3_is_the_same_where_hashlib_does_not_offer_it(monkeypatch):
    """GB/T 32905 example: SM3("abc")."""
    known = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest("sm3", b"abc") == known

    def unoffered(alg, data):
        raise ValueError(f"unsupported hash type {alg}")

    monkeypatch.setattr(zc_draw.hashlib, "new", unoffered)
    assert digest("sm3", b"abc") == known


def test_a_person_is_bound_by_salt_number_and_name():
    lines = "zc-draw/1/person\nsalt\n430102196001011234\n王建国\n"
    expected = hashlib.sha256(lines.encode()).hexdigest()
    assert person_commit("salt", "430102196001011234", "王建国", "sha256") == expected
    with pytest.raises(DrawRefused):
        person_commit("salt", "430102196001011234\n", "王建国", "sha256")


# -- Caps, look-ahead, declines -------------------------------------------------------------------


def test_unit_cap_is_asked_before_group_cap():
    manifest = pool(["A S U1 HOST", "B S U1 HOST", "C S U2 HOST", "D S U3 -"], [("S", 2)], HOST=1)
    result = replay(manifest, ranked(manifest, "A B C D"))
    assert whats(result) == ["A TAKE", "B SKIP-UNITCAP", "C SKIP-GROUPCAP", "D TAKE"]


def test_look_ahead_keeps_the_seat_that_a_later_stratum_needs():
    """Greedy would take A from U1 and leave T empty."""
    manifest = pool(["A S U1 -", "B S U2 -", "C T U1 -"], [("S", 1), ("T", 1)])
    result = replay(manifest, ranked(manifest, "A B C"))
    assert whats(result) == ["A SKIP-LOOKAHEAD", "B TAKE", "C TAKE"]


def test_look_ahead_sees_through_a_group_cap():
    manifest = pool(["A S U1 HOST", "B S U2 -", "C T U3 HOST"], [("S", 1), ("T", 1)], HOST=1)
    result = replay(manifest, ranked(manifest, "A B C"))
    assert whats(result) == ["A SKIP-LOOKAHEAD", "B TAKE", "C TAKE"]


def test_look_ahead_is_asked_afresh_after_a_decline():
    """Without C, stratum T leans on D from U2, so B from U2 has to leave the seat to E."""
    experts = ["A S U1 -", "B S U2 -", "E S U3 -", "C T U4 -", "D T U2 -"]
    manifest = pool(experts, [("S", 1), ("T", 1)])
    wished = ranked(manifest, "A B E C D")
    result = replay(manifest, wished, [("C", "SICK"), ("A", "NO-ANSWER 09:00 09:10 09:20")])
    assert whats(result) == [
        "A TAKE",
        "C TAKE",
        "C DECLINE:SICK",
        "D TAKE",
        "A DECLINE:NO-ANSWER 09:00 09:10 09:20",
        "B SKIP-UNITCAP",
        "E TAKE",
    ]
    assert codes(result) == ["E", "D"]
    assert b"log\t-\tC\tDECLINE:SICK\n" in result.to_bytes()


def test_a_substitute_may_be_kept_back_for_another_stratum():
    experts = ["A S U1 -", "B S U2 -", "C S U3 -", "D T U2 -", "E T U4 -"]
    manifest = pool(experts, [("S", 1), ("T", 1)])
    wished = ranked(manifest, "A B C E D")
    assert whats(replay(manifest, wished, [("A", "SICK")]))[-1] == "B TAKE"
    result = replay(manifest, wished, [("A", "SICK"), ("B", "SICK")])
    assert codes(result) == ["C", "E"]


def test_a_decline_frees_the_room_of_unit_and_group():
    experts = ["A S U1 HOST", "B S U1 HOST", "C S U2 HOST"]
    manifest = pool(experts, [("S", 1)], HOST=1)
    result = replay(manifest, ranked(manifest, "A B C"), [("A", "SICK"), ("B", "SICK")])
    assert codes(result) == ["C"]


def test_a_refilled_seat_logs_again_what_it_passes():
    experts = ["A S U1 -", "B S U1 -", "C S U2 -", "D S U3 -"]
    manifest = pool(experts, [("S", 2)])
    result = replay(manifest, ranked(manifest, "A B C D"), [("C", "RECUSE-LATE")])
    assert whats(result) == [
        "A TAKE",
        "B SKIP-UNITCAP",
        "C TAKE",
        "C DECLINE:RECUSE-LATE",
        "B SKIP-UNITCAP",
        "D TAKE",
    ]


def test_tickets_keep_those_who_declined_and_leave_out_the_recused():
    manifest = pool(["A S U1 -", "B S U2 -", "C S U3 -"], [("S", 1)])
    recused = replace(manifest.experts[2], status="RECUSE:SAME-UNIT")
    manifest = replace(manifest, experts=(*manifest.experts[:2], recused))
    result = replay(manifest, ranked(manifest, "A B"), [("A", "SICK")])
    assert [ticket.code for ticket in result.tickets] == ["A", "B"]
    assert codes(result) == ["B"]


def test_members_stand_by_code_and_a_full_stratum_logs_nothing():
    manifest = pool(["A S U1 -", "B S U2 -", "C S U3 -"], [("S", 2)])
    result = replay(manifest, ranked(manifest, "B A C"))
    assert codes(result) == ["A", "B"]
    assert whats(result) == ["B TAKE", "A TAKE"]


def test_an_infeasible_pool_is_refused_by_name():
    manifest = pool(["A S U1 -", "B T U1 -"], [("S", 1), ("T", 1)])
    assert not feasible(manifest)
    with pytest.raises(DrawRefused, match="专业组 T 的席位无法抽满"):
        run(manifest, spoken_over(manifest))


def test_feasible_counts_without_those_who_declined():
    manifest = pool(["A S U1 -", "B S U2 -"], [("S", 1)])
    assert feasible(manifest)
    assert feasible(manifest, ["A"])
    assert not feasible(manifest, ["A", "B"])


def test_a_pool_exhausted_by_declines_is_refused():
    manifest = pool(["A S U1 -", "B S U2 -"], [("S", 1)])
    wished = ranked(manifest, "A B")
    with pytest.raises(DrawRefused, match="另起第 2 次抽取"):
        replay(manifest, wished, [("A", "SICK"), ("B", "SICK")])


@pytest.mark.parametrize("declines", [[("B", "SICK")], [("X", "SICK")], [("A", "SICK")] * 2])
def test_only_a_member_can_decline(declines):
    manifest = pool(["A S U1 -", "B S U2 -", "C S U3 -"], [("S", 1)])
    with pytest.raises(DrawRefused, match="此时不是已抽中的成员"):
        replay(manifest, ranked(manifest, "A B C"), declines)


def test_a_commitment_that_does_not_fit_is_refused():
    manifest, entropy, _ = vector("TV1")
    for changed in (replace(entropy, r0="f" * 64), replace(entropy, commit="f" * 64)):
        with pytest.raises(DrawRefused, match="承诺值"):
            run(manifest, changed)
    with pytest.raises(DrawRefused, match="承诺值"):
        run(replace(manifest, attempt=2), entropy)


# -- Byte-exact files -----------------------------------------------------------------------------

SPOILS = {
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "no last LF": lambda data: data[:-1],
    "blank last line": lambda data: data + b"\n",
    "trailing space": lambda data: data.replace(b"S1-JG\t2\n", b"S1-JG\t2 \n"),
    "trailing TAB": lambda data: data.replace(b"S1-JG\t2\n", b"S1-JG\t2\t\n"),
    "space for TAB": lambda data: data.replace(b"unitcap\t2", b"unitcap 2"),
    "NFD": lambda data: data.replace(b"RECUSE:SAME-UNIT", "RECUSE:e\u0301cole".encode()),
    "zero width": lambda data: data.replace(b"RECUSE:SAME", "RECUSE:\u200bSAME".encode()),
    "no reason": lambda data: data.replace(b"RECUSE:SAME-UNIT", b"RECUSE:"),
    "leading zero": lambda data: data.replace(b"unitcap\t2", b"unitcap\t02"),
    "plus sign": lambda data: data.replace(b"unitcap\t2", b"unitcap\t+2"),
    "full-width digit": lambda data: data.replace(b"unitcap\t2", "unitcap\t２".encode()),
    "attempt 0": lambda data: data.replace(b"2023-GC-01\t1", b"2023-GC-01\t0"),
    "unknown algorithm": lambda data: data.replace(b"sha256", b"md5"),
    "wrong first line": lambda data: data.replace(b"\tmanifest", b"\tresult"),
    "experts unsorted": lambda data: swapped(data, b"expert\tE001", b"expert\tE002"),
    "expert twice": lambda data: data + data.splitlines(keepends=True)[-1],
    "unknown stratum": lambda data: data.replace(b"E001\tS1-JG", b"E001\tS9-XX"),
    "stratum twice": lambda data: data.replace(b"stratum\tS2-DQ", b"stratum\tS1-JG"),
    "stratum before cap": lambda data: swapped(data, b"groupcap", b"stratum\tS1"),
    "cap on no group": lambda data: data.replace(b"groupcap\tHOST", b"groupcap\t-"),
    "cap twice": lambda data: data.replace(b"groupcap\tHOST\t1\n", b"groupcap\tHOST\t1\n" * 2),
    "caps unsorted": lambda data: data.replace(b"stratum\tS1", b"groupcap\tA\t1\nstratum\tS1"),
    "no unit cap": lambda data: data.replace(b"unitcap\t2\n", b""),
    "unit in two groups": lambda data: data.replace(b"U01\tHOST\tOK", b"U01\t-\tOK", 1),
    "capital hash": lambda data: data.replace(b"49884f63aa", b"49884F63AA"),
    "unknown line": lambda data: data + b"note\tnothing\n",
    "empty": lambda data: b"",
}


def swapped(data, one, other):
    lines = data.splitlines(keepends=True)
    i, j = (next(n for n, line in enumerate(lines) if line.startswith(key)) for key in (one, other))
    lines[i], lines[j] = lines[j], lines[i]
    return b"".join(lines)


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_manifest_not_in_canonical_form_is_refused(spoil):
    data = (VECTORS / "TV1" / "manifest.txt").read_bytes()
    assert SPOILS[spoil](data) != data
    with pytest.raises(DrawRefused, match=r"。$"):
        Manifest.parse(SPOILS[spoil](data))


def test_a_manifest_is_written_sorted_by_the_bytes_of_the_code():
    manifest = pool(["Z S U1 B组", "乙 S U2 -", "a S U3 A组", "Ａ S U4 -"], [("S", 1)], B组=1, A组=2)
    assert [expert.code for expert in manifest.experts] == sorted("Z乙aＡ", key=str.encode)
    assert list(manifest.groupcaps) == ["A组", "B组"]
    assert Manifest.parse(manifest.to_bytes()) == manifest


@pytest.mark.parametrize(
    "contributions",
    [
        [],
        [("JW-01", "1")],
        [("JW-01", "1"), ("JW-01", "2")],
        [("JW-01", "1"), ("ＪＷ-01", "2")],
        [("JW-01", "1"), ("RST-01", "")],
        [("JW-01", "1"), ("RST-01", "1=2")],
        [("JW-01", "1"), ("RST-01", "1 2")],
        [("JW-01", "1"), ("RST-01", "1\n")],
        [("JW-01", "1"), ("机关纪委", "2")],
        [("JW-01", "1"), ("RST-01", "六")],
    ],
)
def test_what_was_spoken_must_be_writable_and_by_two(contributions):
    with pytest.raises(DrawRefused, match=r"。$"):
        Entropy(R0, PERSON, tuple(contributions))


def test_digits_typed_in_full_width_count_as_plain_ones():
    _, entropy, _ = vector("TV1")
    typed = entropy.to_bytes().replace(b"3107.90", "３１０７．９０".encode())
    assert Entropy.parse(typed) == entropy


def test_the_order_of_speaking_is_kept_but_does_not_matter():
    manifest, entropy, _ = vector("TV1")
    turned = replace(entropy, contributions=entropy.contributions[::-1])
    assert Entropy.parse(turned.to_bytes()) == turned
    assert turned.to_bytes() != entropy.to_bytes()
    assert seed(manifest, turned) == seed(manifest, entropy)


def test_the_seed_sorts_by_label_not_by_line():
    manifest, entropy, _ = vector("TV1")
    entropy = replace(entropy, contributions=(("A-1", "1"), ("A", "2")))
    lines = ["zc-draw/1/seed", "2023-GC-01", "1", pool_hash(manifest), R0, "A=2", "A-1=1", ""]
    assert seed(manifest, entropy) == hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.parametrize(
    "spoiled",
    [
        b"",
        b"commit\t%c\nr0\t%r\nA\t1\nB\t2\n",
        b"r0\t%r\ncommit\t%c\nA\t1\nB\t2",
        b"r0\t%r\r\ncommit\t%c\r\nA\t1\r\nB\t2\r\n",
        b"r0\t%r\ncommit\t%c\nA\t1\t3\nB\t2\n",
        b"r0\t00\ncommit\t%c\nA\t1\nB\t2\n",
        b"\xff\xfe",
    ],
)
def test_an_entropy_file_of_another_form_is_refused(spoiled):
    data = spoiled.replace(b"%r", R0.encode()).replace(b"%c", PERSON.encode())
    with pytest.raises(DrawRefused, match=r"。$"):
        Entropy.parse(data)


def test_declines_are_kept_in_the_order_in_which_they_happened():
    declines = (Decline("E007", "SICK"), Decline("E001", "NO-ANSWER 09:00 09:10 09:20"))
    assert parse_declines(declines_to_bytes(declines)) == declines
    assert parse_declines(b"") == ()


@pytest.mark.parametrize("spoiled", [b"E007\n", b"E007\tSICK", b"E007\tSICK\tX\n", b"E007\t\n", b"\n"])
def test_declines_of_another_form_are_refused(spoiled):
    with pytest.raises(DrawRefused, match=r"。$"):
        parse_declines(spoiled)


# -- Nobody can steer it --------------------------------------------------------------------------


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_one_bit_anywhere_changes_the_seed_or_is_refused():
    """1,000 single bits of manifest and entropy; a seed that stays the same would be steerable."""
    manifest, entropy, _ = vector("TV1")
    files = {Manifest: manifest.to_bytes(), Entropy: entropy.to_bytes()}
    committed = range(8 * (3 + 64 + 1), 8 * (3 + 64 + 1 + 7 + 64 + 1))  # not part of the seed
    bits = [(kind, bit) for kind, data in files.items() for bit in range(8 * len(data))]
    seeds = {seed(manifest, entropy)}
    for kind, bit in random.Random(20231012).sample(bits, 1000):
        if kind is Entropy and bit in committed:
            continue
        try:
            changed = {kind: kind.parse(flipped(files[kind], bit))}
        except DrawRefused:
            continue
        new = seed(changed.get(Manifest, manifest), changed.get(Entropy, entropy))
        assert new not in seeds, f"{kind.__name__} bit {bit}"
        seeds.add(new)
    assert len(seeds) > 100


def test_every_bit_of_r0_changes_the_seed():
    manifest, entropy, _ = vector("TV1")
    r0s = [flipped(bytes.fromhex(R0), bit).hex() for bit in range(256)]
    assert len({seed(manifest, replace(entropy, r0=r0)) for r0 in r0s}) == 256


def test_every_expert_is_drawn_equally_often():
    """5,000 draws of 2 of 5 and 1 of 4; how often each sits, against χ² at p = 0.001."""
    experts = [f"A{n} S U{n} -" for n in range(5)] + [f"B{n} T U{n} -" for n in range(4)]
    manifest = pool(experts, [("S", 2), ("T", 1)], unitcap=2)
    drawn = Counter()
    for number in range(5000):
        drawn.update(codes(replay(manifest, hashlib.sha256(b"fair %d" % number).hexdigest())))
    assert chi_square([drawn[f"A{n}"] for n in range(5)], 2) < 18.47
    assert chi_square([drawn[f"B{n}"] for n in range(4)], 1) < 16.27


def chi_square(counts, seats):
    """For draws of several seats without replacement, scaled so that χ² has len(counts) - 1 df."""
    expected = sum(counts) / len(counts)
    scale = (len(counts) - 1) / (len(counts) - seats)
    return scale * sum((count - expected) ** 2 / expected for count in counts)


# -- A second implementation ----------------------------------------------------------------------
# By listing every committee there is; shares nothing with the walk but the tickets.


class BruteForce:
    def __init__(self, manifest, order):
        self.manifest = manifest
        self.experts = {expert.code: expert for expert in manifest.experts}
        self.order = {stratum.code: [] for stratum in manifest.strata}
        for ticket in order:
            self.order[ticket.stratum].append(ticket.code)

    def within_caps(self, codes):
        people = [self.experts[code] for code in codes]
        units = Counter(person.unit for person in people)
        groups = Counter(person.group for person in people)
        caps = self.manifest.groupcaps
        return max(units.values(), default=0) <= self.manifest.unitcap and all(
            count <= caps.get(group, count) for group, count in groups.items()
        )

    def committees(self, seated, gone):
        """Every allowed committee that keeps those seated, first in rank order first."""
        choices = []
        for stratum in self.manifest.strata:
            kept = [code for code in self.order[stratum.code] if code in seated]
            rest = [c for c in self.order[stratum.code] if c not in seated and c not in gone]
            open_seats = stratum.need - len(kept)
            choices.append([(*kept, *new) for new in combinations(rest, open_seats)])
        for strata in product(*choices):
            committee = {code for chosen in strata for code in chosen}
            if self.within_caps(committee):
                yield committee

    def first(self, seated=frozenset(), gone=frozenset()):
        return next(self.committees(seated, gone), None)

    def log(self, goal, seated, gone):
        """What an onlooker would say of each expert on the way from those seated to the goal."""
        seated = set(seated)
        for stratum in self.manifest.strata:
            missing = (goal - seated) & set(self.order[stratum.code])
            for code in self.order[stratum.code]:
                if missing and code not in seated and code not in gone:
                    yield f"{code} {self.what(code, goal, seated)}"
                    seated |= {code} & goal
                    missing -= {code}

    def what(self, code, goal, seated):
        if code in goal:
            return "TAKE"
        units = Counter(self.experts[c].unit for c in seated)
        if units[self.experts[code].unit] + 1 > self.manifest.unitcap:
            return "SKIP-UNITCAP"
        return "SKIP-LOOKAHEAD" if self.within_caps(seated | {code}) else "SKIP-GROUPCAP"


@st.composite
def small_pools(draw):
    unit_groups = draw(st.lists(st.sampled_from(["-", "HOST", "CITY"]), min_size=1, max_size=5))
    strata = draw(st.integers(1, 3))
    experts = []
    for number in range(draw(st.integers(1, 10))):
        unit = draw(st.integers(0, len(unit_groups) - 1))
        stratum = draw(st.integers(0, strata - 1))
        experts.append(f"E{number} S{stratum} U{unit} {unit_groups[unit]}")
    needs = [(f"S{n}", draw(st.integers(0 if n else 1, 3))) for n in range(strata)]
    caps = draw(st.dictionaries(st.sampled_from(["HOST", "CITY"]), st.integers(0, 3)))
    return pool(experts, needs, draw(st.integers(1, 3)), **caps)


@settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(manifest=small_pools(), salt=st.integers(0, 10**6), data=st.data())
def test_the_walk_finds_the_first_committee_there_is(manifest, salt, data):
    """And after each decline the first that keeps all others, until nobody is left."""
    wished = hashlib.sha256(str(salt).encode()).hexdigest()
    brute = BruteForce(manifest, tickets(manifest, wished))
    seated, gone, declines, log = set(), set(), [], []
    for _ in range(4):
        first = brute.first(seated, gone)
        assert feasible(manifest, gone) == (brute.first(gone=gone) is not None)
        if first is None:
            with pytest.raises(DrawRefused):
                replay(manifest, wished, declines)
            return
        log += brute.log(first, seated, gone)
        result = replay(manifest, wished, declines)
        assert set(codes(result)) == first
        assert whats(result) == log
        leaver = data.draw(st.sampled_from(sorted(first)))
        declines.append((leaver, "SICK"))
        log.append(f"{leaver} DECLINE:SICK")
        seated, gone = first - {leaver}, gone | {leaver}


def test_three_thousand_experts_and_fifty_seats_are_drawn_in_seconds():
    """The hardest pool for look-ahead: nearly everybody in S comes from a unit that T needs."""
    experts = [f"T{n:04} T U{n:04} -" for n in range(10)]
    experts += [f"S{n:04} S U{n % 10 if n % 60 else n:04} -" for n in range(2990)]
    manifest = pool(experts, [("S", 40), ("T", 10)])
    begun = time.perf_counter()
    result = run(manifest, spoken_over(manifest))
    assert time.perf_counter() - begun < 5
    assert len(result.members) == 50
    assert sum(line.what == "SKIP-LOOKAHEAD" for line in result.log) > 1000


# -- The commands and the shell verifier ----------------------------------------------------------


def asked(command, folder):
    return CliRunner().invoke(draw_commands, [command, str(folder)])


def shell(folder):
    return subprocess.run([SHELL_VERIFIER, folder], capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(VECTORS / "TV1", tmp_path / "TV1")


def edit(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


@pytest.mark.parametrize("name", PRINTED)
def test_verify_agrees_with_the_vectors(name):
    answer = asked("verify", VECTORS / name)
    assert answer.exit_code == 0
    assert "不一致" not in answer.output
    assert answer.output.endswith("全部一致。\n")


def test_compute_writes_the_result_and_prints_its_hash(folder):
    (folder / "result.txt").unlink()
    answer = asked("compute", folder)
    assert answer.exit_code == 0
    assert PRINTED["TV1"]["result"] in answer.output
    assert (folder / "result.txt").read_bytes() == (VECTORS / "TV1" / "result.txt").read_bytes()
    assert sorted(os.listdir(folder)) == ["entropy.txt", "manifest.txt", "result.txt"]


def test_compute_follows_the_declines(folder):
    (folder / "declines.txt").write_bytes(b"E001\tSICK\n")
    assert asked("compute", folder).exit_code == 0
    assert b"log\t-\tE001\tDECLINE:SICK\n" in (folder / "result.txt").read_bytes()
    assert asked("verify", folder).exit_code == 0
    assert shell(folder).returncode == 0


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("manifest.txt", b"\n", b"\r\n"),
        ("manifest.txt", b"unitcap\t2", b"unitcap\t0"),
        ("manifest.txt", b"E001\tS1-JG\tU03", b"E001\tS1-JG\tU04"),
        ("entropy.txt", b"commit\t1d", b"commit\t2d"),
        ("entropy.txt", b"r0\t00", b"r0\t01"),
        ("entropy.txt", b"\nJW-01", b"\nJW 01"),
    ],
)
def test_a_refused_draw_leaves_no_result(folder, file, old, new):
    """And a result that stood there before is kept under another name, for it is evidence."""
    edit(folder / file, old, new)
    answer = asked("compute", folder)
    assert answer.exit_code == 1
    assert not (folder / "result.txt").exists()
    assert (folder / "result.txt.old-1").read_bytes() == (VECTORS / "TV1" / "result.txt").read_bytes()


def test_a_decline_of_a_stranger_leaves_no_result(folder):
    (folder / "declines.txt").write_bytes(b"E002\tSICK\n")
    assert asked("compute", folder).exit_code == 1
    assert not (folder / "result.txt").exists()


@pytest.mark.parametrize("name", ["manifest.txt", "entropy.txt", "result.txt"])
def test_verify_says_which_file_is_missing(folder, name):
    (folder / name).unlink()
    answer = asked("verify", folder)
    assert answer.exit_code == 1
    assert name in answer.output
    assert shell(folder).returncode == 2


@pytest.mark.parametrize(
    ("file", "old", "new", "named", "shell_sees"),
    [
        ("result.txt", b"pool\t46", b"pool\t47", "名单散列", True),
        ("result.txt", b"seed\te6", b"seed\te7", "种子", True),
        ("result.txt", b"\t1\tE001\t09", b"\t1\tE001\t08", "抽签号与名次", True),
        ("result.txt", b"S1-JG\t1\tE001", b"S1-JG\t2\tE001", "抽签号与名次", True),
        ("result.txt", b"E016\tTAKE", b"E016\tSKIP-UNITCAP", "抽取记录", False),
        ("result.txt", b"member\tS1-JG\tE005", b"member\tS1-JG\tE006", "成员名单", False),
        ("result.txt", b"zc-draw/1\t", b"zc-draw/2\t", "逐字节比对", False),
        ("entropy.txt", b"commit\t1d", b"commit\t2d", "承诺", True),
        ("entropy.txt", b"3615246152", b"3615246153", "种子", True),
        (
            "manifest.txt",
            b"E002\tS1-JG\tU01\tHOST\tOK",
            b"E002\tS1-JG\tU01\tHOST\tRECUSE:X",
            "承诺",
            True,
        ),
        ("manifest.txt", b"unitcap\t2", b"unitcap\t0", "抽取记录", True),
        ("manifest.txt", b"\n", b"\r\n", "文件与规范格式", True),
    ],
)
def test_verify_names_what_was_changed(folder, file, old, new, named, shell_sees):
    edit(folder / file, old, new)
    answer = asked("verify", folder)
    assert answer.exit_code == 1
    assert f"不一致  {named}" in answer.output
    assert (shell(folder).returncode != 0) == shell_sees


def test_the_shell_verifier_agrees_with_the_vector_and_leaves_sm3_alone():
    answer = shell(VECTORS / "TV1")
    assert answer.returncode == 0
    assert answer.stdout.count("一致") == 4
    assert "不一致" not in answer.stdout
    assert shell(VECTORS / "TV1s").returncode == 2


def test_the_shell_verifier_leaves_full_width_digits_alone(folder):
    edit(folder / "entropy.txt", b"3107.90", "３１０７．９０".encode())
    assert asked("verify", folder).exit_code == 0
    assert shell(folder).returncode == 2


@pytest.mark.parametrize("number", range(20))
def test_the_shell_verifier_agrees_on_random_draws(number, tmp_path):
    chance = random.Random(number)
    experts = [f"{chance.choice('EFe专')}{n} S{n % 3} U{n % 7} -" for n in range(30)]
    manifest = pool(experts, [(f"S{n}", chance.randint(0, 3)) for n in (2, 0, 1)], unitcap=3)
    labels = chance.sample(["A", "A-1", "a", "B:2", "A.1", "Z,9"], 3)
    entropy = spoken_over(manifest, *((label, str(chance.random())) for label in labels))
    (tmp_path / "manifest.txt").write_bytes(manifest.to_bytes())
    (tmp_path / "entropy.txt").write_bytes(entropy.to_bytes())
    assert asked("compute", tmp_path).exit_code == 0
    answer = shell(tmp_path)
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
