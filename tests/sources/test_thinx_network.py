"""What is between this PC and the server: certificates, a gateway, silence, and two PCs at once."""

import asyncio
import ssl
from pathlib import Path

import pytest

from sicktui.model.errors import ConfigError
from sicktui.model.firmware.offer import Offer, OfferState
from sicktui.stores.sources.udids import Account, UdidStore
from tests.sources.kit import Plant, build, home_in, hurry, own_locks, plant, source_on, subject
from tests.thinx_server.application import Application
from tests.thinx_server.certificates import Authority, Kind
from tests.thinx_server.gateway import gateway_to
from tests.thinx_server.generations import JUNE_2026, OCTOBER_2026, Fault
from tests.thinx_server.replies import NoReply, Reply, as_json
from tests.thinx_server.server import serving
from tests.thinx_server.troubles import Trouble, Way


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Application:
    made = Application(OCTOBER_2026)
    hurry(monkeypatch, made)
    made.builds.append(build())
    made.devices.switch_auto_update(on=True)
    return made


async def one_offer(url: str, application: Application, folder: Path, **options: str) -> Offer:
    source = source_on(url, application, own_locks(home_in(folder)), **options)  # type: ignore[arg-type]
    try:
        [offer] = await Plant(application, source, folder).check()
    finally:
        await source.aclose()
    return offer


async def test_a_private_authority_is_trusted_where_the_settings_name_it(
    application: Application, authority: Authority, tmp_path: Path
) -> None:
    async with serving(application, authority.issue().context()) as server:
        good = await one_offer(server.url, application, tmp_path, ca_file=str(authority.file))
        unknown = await one_offer(server.url, application, tmp_path)
    assert good.state is OfferState.CURRENT
    assert unknown.state is OfferState.REFUSED
    assert "not trusted" in unknown.message
    assert "ca_file" in unknown.advice
    assert len(application.record.requests) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.EXPIRED, "has expired"),
        (Kind.SELF_SIGNED, "self-signed"),
        (Kind.WRONG_NAME, "another address"),
    ],
)
async def test_a_certificate_that_is_not_right_is_named_and_nothing_is_sent(
    application: Application, authority: Authority, tmp_path: Path, kind: Kind, words: str
) -> None:
    async with serving(application, authority.issue(kind).context()) as server:
        offer = await one_offer(server.url, application, tmp_path, ca_file=str(authority.file))
    assert offer.state is OfferState.REFUSED
    assert words in offer.message
    assert "Nothing was sent" in offer.message
    assert application.record.requests == []


async def test_https_at_a_port_without_it_is_said_in_words(application: Application, tmp_path: Path) -> None:
    async with serving(application) as server:
        offer = await one_offer(server.url.replace("http:", "https:"), application, tmp_path)
    assert "does not speak HTTPS" in offer.message


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_an_authority_that_cannot_be_used_is_named(
    application: Application, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        source_on("https://127.0.0.1:1", application, home_in(tmp_path), ca_file=str(file))


async def test_a_gateway_of_the_local_network_is_just_an_address(
    application: Application, authority: Authority, tmp_path: Path
) -> None:
    trust = ssl.create_default_context(cafile=str(authority.file))
    async with (
        serving(application, authority.issue().context()) as server,
        gateway_to(server.port, trust) as url,
    ):
        source = source_on(url, application, own_locks(home_in(tmp_path)))
        one = Plant(application, source, tmp_path)
        await one.check()
        fetched = await one.check_and_fetch()
        await source.aclose()
    assert fetched.size == build().firmware.size
    assert all(request.tls for request in application.record.requests)


async def test_a_server_that_never_answers_is_one_sentence_and_the_next_check_works(
    application: Application, tmp_path: Path
) -> None:
    application.script.once(Way.CHECK_IN, Trouble(instead=NoReply()))
    async with plant(application, tmp_path) as one:
        [offer] = await one.check()
        assert offer.state is OfferState.UNAVAILABLE
        assert "did not answer within 1 s" in offer.message
        [offer] = await one.check()
        assert offer.state is OfferState.CURRENT


async def test_a_compressed_reply_is_refused(application: Application, tmp_path: Path) -> None:
    body = as_json({"registration": {"success": True, "status": "OK"}}).body
    reply = Reply(body, headers=(("Content-Encoding", "gzip"),))
    application.script.once(Way.CHECK_IN, Trouble(instead=reply))
    async with plant(application, tmp_path) as one:
        [offer] = await one.check()
    assert "sends compressed replies" in offer.message


async def test_no_server_ends_the_check_after_one_try(application: Application, tmp_path: Path) -> None:
    source = source_on("http://127.0.0.1:9", application, own_locks(home_in(tmp_path)))
    offers = await Plant(application, source, tmp_path).check(*(subject(number) for number in range(9)))
    await source.aclose()
    [offer] = offers
    assert "refuses connections" in offer.message
    assert "8 more sensors not asked for" in offer.message


async def test_the_id_is_on_the_disk_before_the_offer_is_known(
    application: Application, tmp_path: Path
) -> None:
    home = own_locks(home_in(tmp_path))
    async with serving(application) as server:
        source = source_on(server.url, application, home)
        offers = source.offers([subject()])
        await anext(offers)
        account = Account(server=source._wire.name, owner=application.account.owner)
        kept = UdidStore(home.udids_file).by_mac(account, "00:06:77:00:00:01")
        await offers.aclose()
        await source.aclose()
    assert kept is not None
    assert (kept.udid, kept.serial) == (application.devices.all()[0].udid, subject().serial)


async def test_two_pcs_for_one_sensor_both_get_its_firmware(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    application = Application(JUNE_2026.minus(Fault.NO_BUILD_FOUND, Fault.SLOW_BODIES))
    hurry(monkeypatch, application)
    application.builds.append(build())
    application.devices.switch_auto_update(on=True)
    for pc in ("one", "two"):
        (tmp_path / pc).mkdir()
        async with plant(application, tmp_path / pc) as one:
            await one.check()
            await one.check()
            assert (await one.check_and_fetch()).size == build().firmware.size


@pytest.mark.parametrize("udid", [None, "0", "", "not-an-id", 7])
async def test_an_id_that_is_none_is_never_kept(
    application: Application, tmp_path: Path, udid: object
) -> None:
    reply = as_json({"registration": {"success": True, "status": "OK", "udid": udid}})
    application.script.once(Way.CHECK_IN, Trouble(instead=reply))
    async with plant(application, tmp_path) as one:
        await one.check()
        await one.check()
    assert application.record.broken == []


async def test_a_check_that_is_cancelled_frees_the_server_for_the_next(
    application: Application, tmp_path: Path
) -> None:
    application.script.once(Way.CHECK_IN, Trouble(instead=NoReply()))
    async with plant(application, tmp_path) as one:
        task = asyncio.create_task(one.check())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        [offer] = await one.check()
    assert offer.state is OfferState.CURRENT
