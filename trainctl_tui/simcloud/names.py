"""Words of a believable machine-learning team: people, projects, machine types, and odd names."""

from __future__ import annotations

from typing import Any

# (user, team)
PEOPLE = (
    ("mira", "nlp"),
    ("jonas", "nlp"),
    ("aiko", "vision"),
    ("tomasz", "vision"),
    ("priya", "speech"),
    ("lena", "platform"),
    ("samir", "rl"),
    ("chloe", "rl"),
)

USER, TEAM = "mira", "nlp"
"""Who the demo's user is; some machines of every sort are hers."""

# (project, purpose of its machines)
PROJECTS = (
    ("llama-sft", "train"),
    ("whisper-finetune", "train"),
    ("vit-pretrain", "train"),
    ("rlhf-reward", "train"),
    ("diffusion-xl", "train"),
    ("tokenizer", "prep"),
    ("eval-harness", "eval"),
    ("ablation-lr", "sweep"),
    ("dataset-dedup", "prep"),
    ("embed-serve", "serve"),
)

# (type, weight, root GiB, data volumes in GiB)
TYPES = (
    ("g5.xlarge", 6, 100, (250,)),
    ("g5.2xlarge", 5, 100, (500,)),
    ("g5.12xlarge", 3, 200, (1000,)),
    ("g5.48xlarge", 1, 200, (2000,)),
    ("g6.xlarge", 3, 100, (250,)),
    ("g6e.4xlarge", 2, 150, (500,)),
    ("g4dn.xlarge", 4, 80, ()),
    ("g4dn.12xlarge", 1, 120, (500,)),
    ("g4dn.2xlarge", 2, 100, (300,)),
    ("g4dn.8xlarge", 1, 100, (500,)),
    ("p4d.24xlarge", 2, 200, (2000, 2000)),
    ("p4de.24xlarge", 1, 200, (4000,)),
    ("p5.48xlarge", 2, 300, (4000, 4000)),
    ("p5.4xlarge", 1, 200, (1000,)),
    ("trn1.2xlarge", 2, 100, (250,)),
    ("trn1.32xlarge", 1, 200, (2000,)),
    ("inf2.xlarge", 1, 80, ()),
    ("c7i.4xlarge", 3, 50, (200,)),
    ("c7g.8xlarge", 2, 50, ()),
    ("c6i.xlarge", 2, 30, ()),
    ("r6i.4xlarge", 2, 50, (500,)),
    ("r7i.8xlarge", 1, 50, (1000,)),
    ("m7i.2xlarge", 3, 50, (100,)),
    ("t3.micro", 2, 8, ()),
    ("t3.medium", 4, 20, ()),
    ("t3.large", 2, 30, ()),
)

HELPER, OLD_HELPER = "trainctl-prewarm-temp", "runctl-prewarm-temp"
PROTECTED = "trainctl:protected"
LONG_NAME = "sweep-" + "lr3e-4-bs512-wd0.1-warmup2000-cosine-ema0.9999-" * 4 + "final-v2-really-final"

# Machines that every demo shows, in this order: what they test is in their names.
ODD: tuple[dict[str, Any], ...] = (
    {"name": "llama-sft-main", "type": "p5.48xlarge", "protected": PROTECTED, "age": 6.2, "mine": True},
    {"name": "\N{ROCKET} launch-night \N{FIRE}", "type": "g5.2xlarge"},
    {"name": "[prod] x [a=b]", "type": "g5.xlarge"},
    {"name": HELPER, "type": "t3.medium", "temp": True, "age": 0.3, "mine": True},
    {"name": "asg-embed-serve", "type": "g4dn.xlarge", "managed": "embed-serve-asg"},
    {"name": "old-runctl-box", "type": "g4dn.8xlarge", "prefix": "runctl", "age": 187.0, "mine": True},
    {"name": "", "type": "m7i.2xlarge", "foreign": True, "age": 96.0},
    {"name": "vit-pretrain-impaired", "type": "g5.12xlarge", "health": "impaired", "age": 3.1},
    {
        "name": "maintenance-due",
        "type": "p4d.24xlarge",
        "event": True,
        "age": 41.0,
        "mine": True,
        "dies": True,
    },
    # CSI as one C1 character: valid XML, unlike ESC, and still a terminal command if it gets through.
    {"name": "eval \x9b2J\x9b31mred\x9b0m", "type": "g4dn.xlarge"},
    {"name": LONG_NAME, "type": "c7i.4xlarge"},
    {"name": OLD_HELPER, "type": "t3.large", "prefix": "runctl", "temp": True, "age": 12.0, "mine": True},
    {"name": "spot-ablation-07", "type": "g5.xlarge", "spot": True, "age": 0.1},
    {"name": "تدريب-النموذج", "type": "g6.xlarge"},
    {"name": "checkpoint-keeper", "type": "r6i.4xlarge", "protected": "runctl:important", "stopped": True},
    {"name": "a<b>&\"c'", "type": "t3.micro", "foreign": True},
    {"name": "fresh-from-the-oven", "type": "trn1.32xlarge", "age": 0.002, "mine": True},
)
