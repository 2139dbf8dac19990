//! The keys of DeepSpeed 0.19.8's files.

use crate::train::schedule::SchedulerType;

/// Those with a meaning here.
pub(super) const MEANT: [&str; 9] = [
    "optimizer",
    "scheduler",
    "gradient_clipping",
    "gradient_accumulation_steps",
    "train_batch_size",
    "train_micro_batch_size_per_gpu",
    "bf16",
    "fp16",
    "zero_optimization",
];

/// Those that change no number on one machine.
pub(super) const IDLE: [&str; 50] = [
    "steps_per_print",
    "wall_clock_breakdown",
    "memory_breakdown",
    "dump_state",
    "zero_allow_untested_optimizer",
    "zero_force_ds_cpu_optimizer",
    "communication_data_type",
    "seq_parallel_communication_data_type",
    "prescale_gradients",
    "gradient_predivide_factor",
    "gradient_allreduce_op",
    "disable_allgather",
    "sparse_gradients",
    "activation_checkpointing",
    "aio",
    "gds",
    "flops_profiler",
    "tensorboard",
    "wandb",
    "csv_monitor",
    "comet",
    "monitor_config",
    "comms_logger",
    "checkpoint",
    "data_types",
    "elasticity",
    "autotuning",
    "compile",
    "pipeline",
    "hybrid_engine",
    "nebula",
    "datastates_ckpt",
    "timers",
    "check_overflow",
    "managed_gradient_accumulation",
    "graph_harvesting",
    "use_data_before_expert_parallelism",
    "dataloader_drop_last",
    "load_universal_checkpoint",
    "log_level",
    "disable_python_gc",
    "vocabulary_size",
    "train_micro_batch_size",
    "inference",
    "zero_allow_comm_data_type_fp32",
    "fp32_allreduce",
    "amp",
    "fp32",
    "local_rank",
    "dist_init_required",
];

/// Those that change what is computed, in ways that are not done here, and why not.
pub(super) const REFUSED: [(&str, &str); 12] = [
    ("compression_training", "weights would be quantised and pruned on the way"),
    ("weight_quantization", "weights would be quantised on the way"),
    ("quantize_training", "weights would be quantised on the way"),
    ("data_efficiency", "it leaves out data and tokens by its own rules"),
    ("curriculum_learning", "it shortens sequences by its own rules"),
    ("progressive_layer_drop", "it leaves out layers by chance"),
    ("eigenvalue", "it steers quantisation"),
    ("sparse_attention", "every token is attended to"),
    ("tensor_parallel", "one machine trains"),
    ("expert_parallel", "one machine trains"),
    ("sequence_parallel_size", "one machine trains"),
    ("torch_autocast", "--bf16 says what matrices are multiplied in"),
];

/// Every key there is.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    MEANT.into_iter().chain(IDLE).chain(REFUSED.iter().map(|(key, _)| *key))
}

/// Of `bf16`.
pub(super) const BF16: &[&str] =
    &["enabled", "immediate_grad_update", "check_grad_overflow", "bf16_master_weights_and_grads", "bf16_optimizer_states"];

/// Of `fp16`.
pub(super) const FP16: &[&str] = &[
    "enabled",
    "auto_cast",
    "loss_scale",
    "initial_scale_power",
    "loss_scale_window",
    "hysteresis",
    "consecutive_hysteresis",
    "min_loss_scale",
    "fp16_master_weights_and_grads",
];

/// Of `optimizer.params`, for Adam and AdamW.
pub(super) const OPTIMIZER: [&str; 10] =
    ["lr", "betas", "eps", "weight_decay", "torch_adam", "adam_w_mode", "fp32_optimizer_states", "bias_correction", "amsgrad", "foreach"];

/// Of `scheduler.params`.
pub(super) fn scheduler(kind: SchedulerType) -> &'static [&'static str] {
    match kind {
        SchedulerType::WarmupCosineLr => {
            &["total_num_steps", "warmup_min_ratio", "warmup_num_steps", "cos_min_ratio", "warmup_type", "last_batch_iteration"]
        }
        SchedulerType::WarmupLr => &["warmup_min_lr", "warmup_max_lr", "warmup_num_steps", "warmup_type", "last_batch_iteration"],
        _ => &["total_num_steps", "warmup_min_lr", "warmup_max_lr", "warmup_num_steps", "warmup_type", "last_batch_iteration"],
    }
}

/// Of `zero_optimization`, those with a meaning here.
pub(super) const ZERO_MEANT: [&str; 6] = ["stage", "offload_optimizer", "offload_param", "cpu_offload", "cpu_offload_param", "zenflow"];

/// Of `zero_optimization`, those that change no number on one machine.
pub(super) const ZERO: [&str; 48] = [
    "contiguous_gradients",
    "reduce_scatter",
    "reduce_bucket_size",
    "use_multi_rank_bucket_allreduce",
    "allgather_partitions",
    "allgather_bucket_size",
    "overlap_comm",
    "compute_grad_norm",
    "load_from_fp32_weights",
    "elastic_checkpoint",
    "sub_group_size",
    "cpu_offload_use_pin_memory",
    "prefetch_bucket_size",
    "param_persistence_threshold",
    "model_persistence_threshold",
    "max_live_parameters",
    "max_reuse_distance",
    "gather_16bit_weights_on_model_save",
    "module_granularity_threshold",
    "use_all_reduce_for_fetch_params",
    "allgather_sequential",
    "stage3_gather_fp16_weights_on_model_save",
    "stage3_prefetch_bucket_size",
    "stage3_param_persistence_threshold",
    "stage3_model_persistence_threshold",
    "stage3_max_live_parameters",
    "stage3_max_reuse_distance",
    "stage3_gather_16bit_weights_on_model_save",
    "stage3_module_granularity_threshold",
    "stage3_use_all_reduce_for_fetch_params",
    "stage3_allgather_sequential",
    "ignore_unused_parameters",
    "legacy_stage1",
    "round_robin_gradients",
    "parameter_alignment",
    "zero_hpz_partition_size",
    "zero_quantized_weights",
    "zero_quantized_nontrainable_weights",
    "zero_quantized_gradients",
    "memory_efficient_linear",
    "pipeline_loading_checkpoint",
    "override_module_apply",
    "log_trace_cache_warnings",
    "mics_shard_size",
    "mics_hierarchical_params_gather",
    "enable_sanity_checks",
    "save_muon_momentum_buffer_in_memory",
    "leaf_module",
];

/// Of `offload_optimizer` and `offload_param`.
pub(super) const OFFLOAD: [&str; 13] = [
    "device",
    "nvme_path",
    "buffer_count",
    "buffer_size",
    "max_in_cpu",
    "pin_memory",
    "pipeline",
    "pipeline_read",
    "pipeline_write",
    "fast_init",
    "ratio",
    "super_offload",
    "cpuadam_cores_perc",
];
