"""What QGIS's own provider reads of an OGC API, as one line of JSON; run by a Python that has ``qgis`` (Debian's ``python3-qgis``).

    QT_QPA_PLATFORM=offscreen python3 tests/clients/qgis_reads.py http://127.0.0.1:8000/ogc incidents [WEST,SOUTH,EAST,NORTH]

``valid`` says whether the layer opens, ``crs`` its CRS, ``fields`` the names of its fields, ``count`` what QGIS counts, ``ids`` the
features' ids. With a box the features are those that QGIS asks for when a map shows it.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def read(url: str, collection: str, box: str) -> dict[str, Any]:
    from qgis.core import QgsFeatureRequest, QgsRectangle, QgsVectorLayer

    layer = QgsVectorLayer(
        f"url='{url}' typename='{collection}' restrictToRequestBBOX='1' pagingEnabled='true' pageSize='50'",
        collection,
        "OAPIF",
    )
    request = QgsFeatureRequest()
    if box:
        request.setFilterRect(QgsRectangle(*map(float, box.split(","))))
    features = list(layer.getFeatures(request))
    return {
        "valid": layer.isValid(),
        "error": layer.dataProvider().error().message() if not layer.isValid() else "",
        "crs": layer.crs().authid(),
        "fields": [field.name() for field in layer.fields()],
        "count": layer.featureCount(),
        "ids": sorted(str(feature["id"]) for feature in features),
    }


def main() -> None:
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    sys.stdout.write(json.dumps(read(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "")) + "\n")
    application.exitQgis()


if __name__ == "__main__":
    main()
