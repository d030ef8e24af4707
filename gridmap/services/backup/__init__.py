"""Backups of a project, and bringing one back: one archive for both databases."""

from gridmap.services.backup.folder import Kept
from gridmap.services.backup.losing import Loss, would_be_lost
from gridmap.services.backup.making import Backup, back_up
from gridmap.services.backup.manifest import Manifest
from gridmap.services.backup.restoring import Restored, check, restore

__all__ = ["Backup", "Kept", "Loss", "Manifest", "Restored", "back_up", "check", "restore", "would_be_lost"]
