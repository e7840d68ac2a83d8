from __future__ import annotations

from tests.support.platform import World, sign_in, site
from tests.support.verdicts import OPERATIVE, SOURCE

HTML = {"accept": "text/html"}


def test_the_editor_sees_each_change_with_its_basis(world: World) -> None:
    hearing = world.hearing()
    path = f"/staff/hearings/{hearing}/verdict"
    with site(world) as client:
        token = sign_in(client, "clerk")["X-CSRF-Token"]
        sent = {"csrf": token, "act": "save", "operative": OPERATIVE, "source": SOURCE}
        page = client.post(path, data=sent, headers=HTML)
        assert "未发现过度隐去" in page.text
        assert "<del>11010519491231002X</del>" in page.text
        assert "受保护人甲" in page.text
        done = client.post(path, data={"csrf": token, "act": "publish"}, headers=HTML)
        assert "已公布" in done.text
        wrong = {"csrf": token, "act": "save", "announced_at": "never"}
        assert client.post(path, data=wrong, headers=HTML).status_code == 422
