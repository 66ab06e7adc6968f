"""Engines apply a filter to frames. Core code: arrays and files, no Django."""

import os
import sys

# ONNX Runtime and OpenVINO note for their makers that they were loaded, and are built to report it over the network.
# Nobody here asked for that. Both must be told before they are loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
