#!/bin/bash
# deepspeed 0.19.8 under transformers 5.24.0's Trainer: where the DeepSpeed JSON has no "gradient_clipping", gradients are shortened to 1.0,
# whatever max_grad_norm says, also where it is 0 (which switches clipping off without DeepSpeed). Nothing is said of it: Trainer compares
# only keys that are there, and DeepSpeed's own default is 1.0.
