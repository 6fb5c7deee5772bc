"""What of the shop can be imported."""

import imports
from tests.bench.shop.models import Movement


@imports.register
class MovementImport(imports.ImportTarget):
    model = Movement
    natural_key = ["reference"]
    lookups = {"warehouse": "code", "product": "sku"}
