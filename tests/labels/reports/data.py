"""Small labeled data with figures that can be counted by hand."""

import json


def write(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def metadata(type_, job, created="2024-03-05T10:00:00.000001", human="yes", **more):
    return {"type": f"groundtruth/{type_}", "job-name": f"labeling-job/{job}", "human-annotated": human, "creation-date": created, **more}


def boxes(*shapes):
    """Shapes are (class id, left) or (class id, left, attributes)."""
    drawn = [
        {"class_id": shape[0], "left": shape[1], "top": 0, "width": 10, "height": 10}
        | ({"label-category-attributes": shape[2]} if len(shape) > 2 else {})
        for shape in shapes
    ]
    return {"image_size": [{"width": 100, "height": 100, "depth": 3}], "annotations": drawn}


NAMES = {"0": "car", "1": "bus"}


def box_line(name, *shapes, confidences=(), job="boxes", **more):
    scores = [{"confidence": each} for each in confidences or [0.9] * len(shapes)]
    return {
        "source-ref": f"s3://b/{name}.png",
        "boxes": boxes(*shapes),
        "boxes-metadata": metadata("object-detection", job, objects=scores, **{"class-map": NAMES}, **more),
    }


def adjusted(line, status, *shapes):
    about = metadata("object-detection", "boxes-again", "2024-03-06T10:00:00.000001", objects=[{"confidence": 0}] * len(shapes))
    return line | {"again": boxes(*shapes), "again-metadata": about | {"class-map": NAMES, "adjustment-status": status}}


def verified(line, verdict, *comments):
    about = metadata("label-verification", "check", "2024-03-07T10:00:00.000001", **{"class-name": verdict, "confidence": 0.9})
    about |= {"worker-feedback": [{"comment": comment} for comment in comments]} if comments else {}
    return line | {"check": 0, "check-metadata": about}


def class_line(name, index, class_name, confidence=0.95, job="birds"):
    return {
        "source-ref": f"s3://b/{name}.jpg",
        job: index,
        f"{job}-metadata": metadata("image-classification", job.upper(), **{"class-name": class_name, "confidence": confidence}),
    }


def answer(worker, label, seconds=None, submitted="2024-03-05T10:00:30Z", accepted=None, changed=None):
    element = {"label": label} | ({"initialValueModified": changed} if changed is not None else {})
    found = {"workerId": worker, "submissionTime": submitted, "answerContent": {"crowd-classifier": element}}
    found |= {"timeSpentInSeconds": seconds} if seconds is not None else {}
    return found | ({"acceptanceTime": accepted} if accepted else {})


def sequence():
    """Four frames: a car in three of them, a bus in one; the third frame has nothing."""

    def shape(class_id, track, name, **attributes):
        return {
            "left": 1,
            "top": 1,
            "width": 5,
            "height": 5,
            "class-id": class_id,
            "object-id": track,
            "object-name": name,
            "label-category-attributes": attributes,
        }

    car, bus = shape("0", "t1", "car:1", color="red"), shape("1", "t2", "bus:1")
    frames = [
        ([car, bus], {"light": "day"}),
        ([car], {"light": "day"}),
        ([], {"light": "night"}),
        ([car | {"label-category-attributes": {}}], {}),
    ]
    return {
        "tracking-annotations": [
            {"frame-no": str(number), "frame": f"{number}.jpg", "annotations": shapes, "frame-attributes": attributes}
            for number, (shapes, attributes) in enumerate(frames)
        ]
    }
