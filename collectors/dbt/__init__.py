"""dbt artifacts from a folder or S3. Importing this loads neither boto3 nor any artifact."""

from __future__ import annotations

from collectors.dbt.collector import DbtCollector

__all__ = ["DbtCollector"]
