"""Networks of Ultralytics: their model files, as `yolov8n.yaml`, to a graph."""
