"""A dbt project as its files tell it: what is defined where, and what refers to what."""

from assay.cleanup.project.git import Repository
from assay.cleanup.project.layout import ProjectError
from assay.cleanup.project.project import Project
from assay.cleanup.project.tree import Changed, Files, Folder, Tree, TreeError

__all__ = ["Changed", "Files", "Folder", "Project", "ProjectError", "Repository", "Tree", "TreeError"]
