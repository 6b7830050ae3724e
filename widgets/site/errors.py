"""What stops a build with a sentence for the author, not with a traceback."""

from mkdocs.exceptions import BuildError


class SiteError(BuildError):
    """The message says where, what is wrong and how to mend it. MkDocs prints it and stops."""
