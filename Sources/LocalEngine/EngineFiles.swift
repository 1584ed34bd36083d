import Content
import Files
import Foundation
import Processes

/// The Python package `assay_engine` and the lists of packages that it needs, both embedded in this program.
enum EngineFiles {
  /// Every file by its path below the scripts' folder. SwiftPM names what it embeds by file names alone, so these are
  /// unique.
  static let all: [(name: String, bytes: [UInt8])] = [
    ("assay_engine/__init__.py", PackageResources.__init___py),
    ("assay_engine/__main__.py", PackageResources.__main___py),
    ("assay_engine/adapters/adapter_command.py", PackageResources.adapter_command_py),
    ("assay_engine/adapters/base.py", PackageResources.base_py),
    ("assay_engine/adapters/convert.py", PackageResources.convert_py),
    ("assay_engine/adapters/fuse.py", PackageResources.fuse_py),
    ("assay_engine/adapters/gguf_layout.py", PackageResources.gguf_layout_py),
    ("assay_engine/adapters/layouts.py", PackageResources.layouts_py),
    ("assay_engine/adapters/mlx_layout.py", PackageResources.mlx_layout_py),
    ("assay_engine/adapters/pairs.py", PackageResources.pairs_py),
    ("assay_engine/adapters/peft_layout.py", PackageResources.peft_layout_py),
    ("assay_engine/adapters/quantize.py", PackageResources.quantize_py),
    ("assay_engine/adapters/tensor_files.py", PackageResources.tensor_files_py),
    ("assay_engine/adapters/whole_models.py", PackageResources.whole_models_py),
    ("assay_engine/device.py", PackageResources.device_py),
    ("assay_engine/files.py", PackageResources.files_py),
    ("assay_engine/isolation.py", PackageResources.isolation_py),
    ("assay_engine/mlx/batches.py", PackageResources.batches_py),
    ("assay_engine/mlx/mlx_encoder.py", PackageResources.mlx_encoder_py),
    ("assay_engine/mlx/mlx_job.py", PackageResources.mlx_job_py),
    ("assay_engine/mlx/mlx_spec.py", PackageResources.mlx_spec_py),
    ("assay_engine/mlx/optimizer.py", PackageResources.optimizer_py),
    ("assay_engine/model_checks.py", PackageResources.model_checks_py),
    ("assay_engine/self_test.py", PackageResources.self_test_py),
    ("assay_engine/serve/connections.py", PackageResources.connections_py),
    ("assay_engine/serve/guard.py", PackageResources.guard_py),
    ("assay_engine/serve/handler.py", PackageResources.handler_py),
    ("assay_engine/serve/model.py", PackageResources.model_py),
    ("assay_engine/serve/serve_command.py", PackageResources.serve_command_py),
    ("assay_engine/serve/server.py", PackageResources.server_py),
    ("assay_engine/templates/renderer.py", PackageResources.renderer_py),
    ("assay_engine/templates/worker.py", PackageResources.worker_py),
    ("assay_engine/train/answers.py", PackageResources.answers_py),
    ("assay_engine/train/encoder.py", PackageResources.encoder_py),
    ("assay_engine/train/ends.py", PackageResources.ends_py),
    ("assay_engine/train/events.py", PackageResources.events_py),
    ("assay_engine/train/findings.py", PackageResources.findings_py),
    ("assay_engine/train/job.py", PackageResources.job_py),
    ("assay_engine/train/members.py", PackageResources.members_py),
    ("assay_engine/train/preflight.py", PackageResources.preflight_py),
    ("assay_engine/train/program.py", PackageResources.program_py),
    ("assay_engine/train/rows.py", PackageResources.rows_py),
    ("assay_engine/train/samples.py", PackageResources.samples_py),
    ("assay_engine/train/spec.py", PackageResources.spec_py),
    ("assay_engine/train/training_settings.json", PackageResources.training_settings_json),
    ("assay_engine/train/system_watch.py", PackageResources.system_watch_py),
    ("assay_engine/train/token_checks.py", PackageResources.token_checks_py),
    ("assay_engine/trl/columns.py", PackageResources.columns_py),
    ("assay_engine/trl/generation.py", PackageResources.generation_py),
    ("assay_engine/trl/launch.py", PackageResources.launch_py),
    ("assay_engine/trl/trainer.py", PackageResources.trainer_py),
    ("assay_engine/trl/trl_command.py", PackageResources.trl_command_py),
    ("assay_engine/trl/trl_encoder.py", PackageResources.trl_encoder_py),
    ("assay_engine/trl/trl_job.py", PackageResources.trl_job_py),
    ("assay_engine/trl/trl_model.py", PackageResources.trl_model_py),
    ("assay_engine/trl/trl_spec.py", PackageResources.trl_spec_py),
    ("requirements-cpu-linux-aarch64.txt", PackageResources.requirements_cpu_linux_aarch64_txt),
    ("requirements-cpu-linux-x86_64.txt", PackageResources.requirements_cpu_linux_x86_64_txt),
    ("requirements-cuda-linux-aarch64.txt", PackageResources.requirements_cuda_linux_aarch64_txt),
    ("requirements-cuda-linux-x86_64.txt", PackageResources.requirements_cuda_linux_x86_64_txt),
    ("requirements-metal-macos-arm64.txt", PackageResources.requirements_metal_macos_arm64_txt),
    ("requirements-trl-cpu-linux-x86_64.txt", PackageResources.requirements_trl_cpu_linux_x86_64_txt),
    ("requirements-trl-cpu-macos-arm64.txt", PackageResources.requirements_trl_cpu_macos_arm64_txt),
    ("requirements-trl-cuda-linux-aarch64.txt", PackageResources.requirements_trl_cuda_linux_aarch64_txt),
    ("requirements-trl-cuda-linux-x86_64.txt", PackageResources.requirements_trl_cuda_linux_x86_64_txt),
  ]

  /// Runs each of the package's programs, which its first argument names.
  static let main = "assay_engine/__main__.py"

  /// Names this set of files.
  static let version = hash(of: all.map(\.name))

  /// Names the packages of an environment for an accelerator: when it changes, an installation is out of date.
  static func packagesVersion(of environment: EngineEnvironment, for accelerator: Accelerator) -> String {
    hash(of: environment.lists(for: accelerator))
  }

  /// How many packages the lists name.
  static func packageCount(of environment: EngineEnvironment, for accelerator: Accelerator) -> Int {
    all.filter { $0.name == environment.lists(for: accelerator).first }
      .flatMap { String(decoding: $0.bytes, as: UTF8.self).split(separator: "\n") }
      .count { $0.contains("==") }
  }

  /// Writes the files to their folder unless it is there, and returns the folder.
  static func place(in layout: EngineLayout) throws -> String {
    let folder = layout.scripts
    let manager = FileManager.default
    do { try PrivateFiles.makeFolder(layout.home) } catch { throw EngineError.folder(layout.home, error) }
    Temporaries.sweep(layout.home)
    if manager.fileExists(atPath: folder) { return folder }
    let temporary = layout.home + "/" + Temporaries.newName()
    do {
      for file in all { try FileBytes.replace(temporary + "/" + file.name, with: file.bytes, for: .owner) }
      try manager.moveItem(atPath: temporary, toPath: folder)
    } catch {
      try? manager.removeItem(atPath: temporary)
      // Another process may have been quicker.
      guard manager.fileExists(atPath: folder) else { throw EngineError.folder(layout.home, error) }
    }
    return folder
  }

  private static func hash(of names: [String]) -> String {
    var digest = SHA256()
    for file in all where names.contains(file.name) {
      digest.update(file.name)
      digest.update(file.bytes)
    }
    return String(digest.hex().prefix(12))
  }
}
