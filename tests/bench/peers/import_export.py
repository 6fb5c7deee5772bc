"""Child: django-import-export, as its documentation begins, or tuned as it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django

from tests.bench.measuring import measured, task, tell


def main() -> None:
    """Import the task's file; `tuned` is with bulk writes, cached lookups and no diffs."""
    django.setup()
    import tablib
    from import_export import fields, resources, widgets
    from import_export.instance_loaders import CachedInstanceLoader

    from tests.bench.shop.models import Movement, Product, Warehouse

    work = task()
    tuned = bool(work["tuned"])
    by_key: Any = widgets.CachedForeignKeyWidget if tuned else widgets.ForeignKeyWidget
    meta: dict[str, Any] = {"model": Movement, "import_id_fields": ["reference"]}
    if tuned:
        meta |= {"use_bulk": True, "skip_diff": True, "batch_size": 1000}
        meta |= {"instance_loader_class": CachedInstanceLoader}
    members = {
        "warehouse": fields.Field("warehouse", "warehouse", by_key(Warehouse, "code")),
        "product": fields.Field("product", "product", by_key(Product, "sku")),
        "Meta": type("Meta", (), meta),
    }
    resource: Any = type("MovementResource", (resources.ModelResource,), members)()
    with measured() as measure:
        text = Path(work["path"]).read_text(encoding="utf-8")
        result = resource.import_data(tablib.Dataset().load(text, format="csv"))
    errors = result.row_errors() or result.base_errors
    measure.said = {"imported": Movement._default_manager.count(), "errors": str(errors[:1])}
    tell(measure)


if __name__ == "__main__":
    main()
