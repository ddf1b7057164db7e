"""Opens the page 'Digit doctor' for a visitor, who may show it a photograph."""

from typing import Self

from tests.panels import OtherPage


class Doctor(OtherPage):
    """A visitor whose first page is this one."""

    def __init__(self, **link: str) -> None:
        super().__init__("doctor", **link)

    def picture(self, key: str) -> str:
        """Return the address of the picture in a container, which is made from its content."""
        (item,) = (i for i in self.app.get_by_key(key) if i.type == "image")
        return item.proto.imgs[0].url

    def photograph(self, content: bytes, name: str = "photo.png") -> Self:
        self.app.get_by_key("photo").clear().upload(name, content, "image/png")
        return self.look()

    def refusal(self) -> str:
        """Return the sentence that says why a photograph cannot be read; no other picture is on show."""
        (error,) = self.app.error
        assert self.session.exhibit is None and not self.app.success
        return error.value
