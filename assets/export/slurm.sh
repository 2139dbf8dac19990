#!/usr/bin/env bash
#SBATCH --job-name=sqllama
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --mem=@MEMORY@G
#SBATCH --time=24:00:00
#SBATCH --output=slurm-%j.log
# `sbatch slurm.sh`; with more nodes or cards change the lines above: their product must divide @ACCUMULATION@, the batches of a step.
set -euo pipefail
cd "${SLURM_SUBMIT_DIR:-$(dirname "$0")}"
export NODES="$SLURM_JOB_NUM_NODES"
MASTER_ADDR="$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)"
export MASTER_ADDR
export PROCESSES="${SLURM_GPUS_ON_NODE:-1}"
srun bash -c 'NODE_RANK="$SLURM_NODEID" ./run.sh'
