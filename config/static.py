"""Static files, named by their contents and compressed."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressedStaticFiles(CompressedManifestStaticFilesStorage):
    """Compresses a file under the name that pages call it by: twice took twice as long.

    Under its plain name it stays, uncompressed, for the pages of last resort (500, 503).
    """

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        named = set(self.hashed_files.values())
        yield from super().compress_files([path for path in paths if path in named])
