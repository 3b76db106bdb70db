"""Every way to firmware on every generation of the server, and what each of its refusals becomes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sicktui.model.firmware.offer import OfferState
from sicktui.sources.source import AlreadyHere, SourceError
from tests.sources.kit import NEWER, SIZE, Plant, build, hurry, plant, subject
from tests.thinx_server.application import Application
from tests.thinx_server.firmware import Build, File, FileShape, Firmware
from tests.thinx_server.generations import AUGUST_2017, JUNE_2026, OCTOBER_2026, Fault, Generation
from tests.thinx_server.replies import (
    NoReply,
    Reply,
    as_json,
    empty,
    page,
    redirect,
    refused,
    refused_by_status,
    refused_nested,
    word,
)
from tests.thinx_server.troubles import NO_TROUBLE, Trouble, Way

# The faults that a token or a build is not found by have tests of their own.
JUNE_WITH_BUILDS = JUNE_2026.minus(Fault.NO_BUILD_FOUND, Fault.SLOW_BODIES)
GENERATIONS = (AUGUST_2017, JUNE_WITH_BUILDS, OCTOBER_2026)


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Application]:
    def made(generation: Generation, *builds: Build, auto_update: bool = True) -> Application:
        application = Application(generation)
        hurry(monkeypatch, application)
        application.builds.extend(builds)
        application.devices.switch_auto_update(on=auto_update)
        return application

    return made


async def offered(one: Plant) -> None:
    """The first check-in registers; the second gets the offer."""
    [first] = await one.check()
    assert first.state is OfferState.CURRENT


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda g: g.name)
async def test_firmware_is_offered_fetched_and_verified(
    make: Callable[..., Application], tmp_path: Path, generation: Generation
) -> None:
    application = make(generation, build())
    async with plant(application, tmp_path) as one:
        await offered(one)
        [offer] = await one.check()
        assert (offer.state, offer.version, offer.auto_update) == (OfferState.OFFERED, NEWER, True)
        fetched = await one.fetch(offer)
    assert fetched.path.read_bytes() == build().firmware.read()
    assert fetched.path.name == "picoScan150_2.3.1.spk.signed"
    assert (fetched.version, fetched.size) == (NEWER, SIZE)
    assert application.record.broken == []


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda g: g.name)
@pytest.mark.parametrize("way", ["own token", "asked token", "simple", "several files"])
async def test_each_way_works_alone(
    make: Callable[..., Application], tmp_path: Path, generation: Generation, way: str
) -> None:
    blob = Firmware.made(SIZE)
    files = (
        File("readme.txt", Firmware.of(b"what is new"), FileShape.TEXT),
        File("picoScan150_2.3.1.0R.spk.signed", blob),
    )
    application = make(generation, build(files=files if way == "several files" else ()))
    if way in {"asked token", "simple"}:
        application.generation = generation
    async with plant(application, tmp_path) as one:
        await offered(one)
        [offer] = await one.check()
        if way != "own token":
            one.source._tokens.clear()
        if way == "simple":
            application.script.once(Way.FIRMWARE, Trouble(instead=word("OTT_API_KEY_NOT_VALID")))
        fetched = await one.fetch(offer)
    assert fetched.path.read_bytes() == blob.read()
    if way == "several files":
        assert fetched.path.name == "picoScan150_2.3.1.0R.spk.signed"
    assert application.record.broken == []


async def test_june_2026_offers_what_cannot_be_fetched_in_one_sentence(
    make: Callable[..., Application], tmp_path: Path
) -> None:
    application = make(JUNE_2026, build())
    async with plant(application, tmp_path) as one:
        await offered(one)
        with pytest.raises(SourceError, match="offers firmware, but has no build of it") as caught:
            await one.check_and_fetch()
    assert caught.value.state is OfferState.UNAVAILABLE
    assert len(application.record.requests) < 8
    assert application.record.broken == []


async def test_a_cut_buffer_is_recognised_and_the_simple_way_used(
    make: Callable[..., Application], tmp_path: Path
) -> None:
    application = make(OCTOBER_2026.plus(Fault.CUT_BUFFER), build())
    async with plant(application, tmp_path) as one:
        await offered(one)
        fetched = await one.check_and_fetch()
    assert fetched.path.read_bytes() == build().firmware.read()
    assert "cuts firmware off" in fetched.note


REFUSALS: dict[str, tuple[Reply, OfferState, str]] = {
    "owner": (refused("apikey_not_found"), OfferState.REFUSED, "does not know this owner"),
    "key": (refused("owner_found_but_no_key"), OfferState.REFUSED, "refuses the API key"),
    "key, by status": (
        refused_by_status("owner_found_but_no_key"),
        OfferState.REFUSED,
        "refuses the API key",
    ),
    "key, bare": (word("owner_found_but_no_key"), OfferState.REFUSED, "refuses the API key"),
    "nested": (refused_nested("device_update_failed"), OfferState.REFUSED, "failed on the sensor's version"),
    "nested text": (
        refused_nested("device_update_failed", as_text=True),
        OfferState.REFUSED,
        "failed on the sensor's version",
    ),
    "header": (refused("authentication"), OfferState.REFUSED, "refuses the API key, or got none"),
    "header, 401": (refused("authentication", status=401), OfferState.REFUSED, "refuses the API key"),
    "header, 403": (refused("authentication", status=403), OfferState.REFUSED, "refuses the API key"),
    "mac": (refused("missing_mac"), OfferState.REFUSED, "misses the sensor's MAC address"),
    "invalid": (refused("request_invalid", status=400), OfferState.REFUSED, "cannot read the check-in"),
    "400 page": (page("SyntaxError", status=400), OfferState.REFUSED, "cannot read the check-in"),
    "404 page": (page("Cannot POST", status=404), OfferState.UNAVAILABLE, "answers with a web page"),
    "502 page": (page("Bad Gateway", status=502), OfferState.UNAVAILABLE, "failed with HTTP 502"),
    "empty": (empty(), OfferState.UNAVAILABLE, "sends an empty reply"),
    "unknown": (word("teapot"), OfferState.REFUSED, "refuses with the words 'teapot'"),
    "null udid": (
        as_json({"registration": {"success": True, "status": "OK", "udid": None}}),
        OfferState.REFUSED,
        "an id that cannot be used",
    ),
    "redirect": (
        redirect("https://evil.example/x?ott=" + "a" * 64),
        OfferState.REFUSED,
        "redirects to evil.example",
    ),
    "half JSON": (Reply(word('{"registration":{"succ').body), OfferState.UNAVAILABLE, "cannot be read"),
}


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda g: g.name)
async def test_each_refusal_of_a_check_in_is_a_sentence(
    make: Callable[..., Application], tmp_path: Path, generation: Generation
) -> None:
    application = make(generation, build())
    async with plant(application, tmp_path) as one:
        for number, (name, (reply, state, words)) in enumerate(REFUSALS.items(), 1):
            new = subject(number)
            application.script.always(Way.CHECK_IN, Trouble(instead=reply))
            [offer] = await one.check(new)
            assert offer.state is state, name
            assert words in offer.message, name
            assert "a" * 16 not in offer.message, name
            if state is OfferState.REFUSED:
                assert offer.advice, name
            application.script.always(Way.CHECK_IN, NO_TROUBLE)
            [after] = await one.check(new)
            assert after.state in (OfferState.CURRENT, OfferState.OFFERED), name


FETCH_REFUSALS: dict[str, tuple[Reply, str]] = {
    "ok": (refused_by_status("OK"), "has no firmware for this sensor"),
    "not found": (refused_by_status("UPDATE_NOT_FOUND"), "has no build of it"),
    "no such device": (word("no_such_device"), "does not know this sensor"),
    "token not found": (word("OTT_UPDATE_NOT_FOUND"), "does not know the token"),
    "token info": (word("OTT_INFO_NOT_FOUND"), "a token of a sensor that it does not know"),
    "token missing": (refused("OTT_MISSING"), "misses the token"),
    "empty": (empty(), "sends an empty reply"),
    "page": (page("Error", status=200), "answers with a web page"),
    "404": (page("Error", status=404), "answers with a web page"),
    "word": (word("whatever"), "refuses with the words 'whatever'"),
    "a page of a MB": (word("<!DOCTYPE html>" + "x" * 1_000_000), "answers with a web page"),
    "text of a MB": (word("hello " * 200_000), "not a package"),
    "JSON of a MB": (as_json({"x": ["y" * 1000] * 900}), "refuses"),
    "redirect": (redirect("http://evil.example/"), "redirects to evil.example"),
}


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda g: g.name)
@pytest.mark.parametrize("way", ["own token", "asked token", "simple", "several files"])
async def test_each_refusal_in_place_of_firmware_is_a_sentence_and_never_a_file(
    make: Callable[..., Application], tmp_path: Path, generation: Generation, way: str
) -> None:
    """The table: every method, on every generation, answered with every refusal; then it works."""
    files = (File("picoScan150_2.3.1.0R.spk.signed", Firmware.made(SIZE)),)
    application = make(generation, build(files=files if way == "several files" else ()))
    async with plant(application, tmp_path) as one:
        await offered(one)
        for name, (reply, words) in FETCH_REFUSALS.items():
            [offer] = await one.check()
            assert offer.state is OfferState.OFFERED, name
            if way != "own token":
                one.source.forget_tokens()
            if way == "asked token":
                application.script.once(Way.FIRMWARE, NO_TROUBLE)
            application.script.always(Way.TOKEN, Trouble(instead=reply))
            application.script.always(Way.FIRMWARE, Trouble(instead=reply))
            with pytest.raises(SourceError) as caught:
                await one.fetch(offer)
            assert re.search(words, caught.value.message), (name, caught.value.message)
            application.script.always(Way.TOKEN, NO_TROUBLE)
            application.script.always(Way.FIRMWARE, NO_TROUBLE)
        fetched = await one.check_and_fetch()
    assert fetched.size == SIZE
    assert [path for path in tmp_path.rglob("*.spk*") if path.stat().st_size == SIZE] == [fetched.path]


TROUBLES: dict[str, Trouble] = {
    "stalls": Trouble(stall_after=5000),
    "breaks off": Trouble(end_after=5000),
    "shorter than announced": Trouble(announced=500),
    "longer than announced": Trouble(announced=-500),
    "another MD5": Trouble(md5="0" * 32),
    "changed on the way": Trouble(changed_from=10_000),
    "no answer": Trouble(instead=NoReply()),
    "hangs up": Trouble(instead=NoReply(hang_up=True)),
}


@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.parametrize("generation", [JUNE_WITH_BUILDS, OCTOBER_2026], ids=lambda g: g.name)
async def test_trouble_once_is_overcome_and_trouble_always_lands_nothing(
    make: Callable[..., Application], tmp_path: Path, name: str, generation: Generation
) -> None:
    application = make(generation, build())
    async with plant(application, tmp_path) as one:
        await offered(one)
        application.script.once(Way.TOKEN, TROUBLES[name])
        fetched = await one.check_and_fetch()
        assert fetched.path.read_bytes() == build().firmware.read()
    application.script.always(Way.TOKEN, TROUBLES[name])
    application.script.always(Way.FIRMWARE, TROUBLES[name])
    async with plant(application, tmp_path) as one:
        with pytest.raises(SourceError) as caught:
            await one.check_and_fetch()
    assert caught.value.state is OfferState.UNAVAILABLE or "JSON" in caught.value.message
    assert application.record.broken == []


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda g: g.name)
async def test_a_build_that_changes_between_two_tries_is_never_mixed(
    make: Callable[..., Application], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generation: Generation
) -> None:
    """The first try breaks off in the middle; the next one finds another build of the same length."""
    application = make(generation, build(seed=1))
    tries: list[Way] = []

    def next_trouble(way: Way) -> Trouble:
        if way is Way.CHECK_IN:
            return NO_TROUBLE
        tries.append(way)
        if len(tries) > 1:
            application.builds[:] = [build(seed=2)]
        return Trouble(end_after=SIZE // 2) if len(tries) == 1 else NO_TROUBLE

    async with plant(application, tmp_path) as one:
        await offered(one)
        monkeypatch.setattr(application.script, "next", next_trouble)
        fetched = await one.check_and_fetch()
    assert len(tries) > 1
    assert fetched.path.read_bytes() == build(seed=2).firmware.read() != build(seed=1).firmware.read()


async def test_a_token_that_somebody_else_used_up_is_tried_once_then_a_new_one(
    make: Callable[..., Application], tmp_path: Path
) -> None:
    application = make(OCTOBER_2026, build())
    async with plant(application, tmp_path) as one:
        await offered(one)
        [offer] = await one.check()
        application.tokens.lose()
        before = len(application.record.check_ins)
        fetched = await one.fetch(offer)
    assert fetched.size == SIZE
    assert len(application.record.check_ins) == before + 1
    assert application.record.broken == []


async def test_the_second_sensor_with_the_same_firmware_downloads_nothing(
    make: Callable[..., Application], tmp_path: Path
) -> None:
    application = make(OCTOBER_2026, build())
    async with plant(application, tmp_path) as one:
        await one.check(subject(1), subject(2))
        first, second = await one.check(subject(1), subject(2))
        fetched = await one.fetch(first, subject(1))
        with pytest.raises(AlreadyHere) as known:
            await one.fetch(second, subject(2))
    assert known.value.sha256 == fetched.sha256
    assert sum(request.method == "GET" for request in application.record.requests) == 1


async def test_a_token_of_another_sensor_is_found_out_and_dropped(
    make: Callable[..., Application], tmp_path: Path
) -> None:
    """Fault 1: another PC checked in within the same second, and the token fetches its sensor's build."""
    application = make(
        OCTOBER_2026,
        build(seed=1, macs=frozenset({"00:06:77:00:00:01"})),
        build(seed=2, macs=frozenset({"00:06:77:00:00:02"})),
    )
    async with plant(application, tmp_path) as one:
        await one.check(subject(1), subject(2))
        first, _ = await one.check(subject(1), subject(2))
        one.source._tokens["gate-1"] = one.source._tokens["gate-2"]
        fetched = await one.fetch(first, subject(1))
    assert fetched.path.read_bytes() == build(seed=1).firmware.read()


async def test_forced_is_a_boolean_and_the_servers_switch_still_rules(
    make: Callable[..., Application], tmp_path: Path
) -> None:
    application = make(OCTOBER_2026, build("2.3.0"))
    async with plant(application, tmp_path) as one:
        await offered(one)
        [offer] = await one.check()
        assert offer.state is OfferState.CURRENT
        assert (await one.fetch(offer, forced=True)).size == SIZE
        application.generation = JUNE_WITH_BUILDS
        application.devices.switch_auto_update(on=False)
        [offer] = await one.check()
        assert "auto_update for this sensor is off" in offer.message
    application = make(JUNE_WITH_BUILDS, build("2.3.0"), auto_update=False)
    async with plant(application, tmp_path) as one:
        await one.check()
        [offer] = await one.check()
        with pytest.raises(SourceError, match="has no firmware for this sensor") as caught:
            await one.fetch(offer, forced=True)
        assert "'forced' does not override" in caught.value.advice
    assert application.record.broken == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((), "sends 0 packages"),
        (("a.spk", "b.spk"), "sends 2 packages"),
        (("../../etc/x.spk",), "not that of a package"),
        (("x\\y.spk",), "not that of a package"),
        (("con.spk",), "not that of a package"),
        (("a\x1b[2J.spk",), "not that of a package"),
    ],
)
async def test_an_answer_of_several_files_has_exactly_one_package_with_a_plain_name(
    make: Callable[..., Application], tmp_path: Path, files: tuple[str, ...], words: str
) -> None:
    sent = (File("notes.txt", Firmware.of(b"x")), *(File(name, Firmware.made(SIZE)) for name in files))
    application = make(OCTOBER_2026, build(files=sent))
    async with plant(application, tmp_path) as one:
        await offered(one)
        with pytest.raises(SourceError, match=words):
            await one.check_and_fetch()
    assert not list(tmp_path.rglob("etc"))


@pytest.mark.parametrize("shape", [FileShape.TEXT, FileShape.URL])
async def test_a_package_as_text_or_from_another_host_is_refused(
    make: Callable[..., Application], tmp_path: Path, shape: FileShape
) -> None:
    sent = (File("a.spk", Firmware.made(SIZE), shape, url="http://evil.example/a.spk"),)
    application = make(OCTOBER_2026, build(files=sent))
    async with plant(application, tmp_path) as one:
        await offered(one)
        with pytest.raises(SourceError, match=r"as text|another host") as caught:
            await one.check_and_fetch()
    assert caught.value.state is OfferState.REFUSED
