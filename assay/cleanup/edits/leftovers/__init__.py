"""What only the models that go made use of: doc blocks, groups, settings of folders, selectors."""

from assay.cleanup.edits.leftovers.docs import doc_blocks
from assay.cleanup.edits.leftovers.groups import groups
from assay.cleanup.edits.leftovers.selectors import selectors
from assay.cleanup.edits.leftovers.settings import settings

__all__ = ["doc_blocks", "groups", "selectors", "settings"]
