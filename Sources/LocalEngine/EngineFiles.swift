import Content
import Files
import Foundation
import Processes

/// The Python programs and the lists of packages that this program brings with it.
enum EngineFiles {
  /// Every file by name.
  static let all: [(name: String, bytes: [UInt8])] = [
    ("adapter_files.py", PackageResources.adapter_files_py),
    ("adapter_layouts.py", PackageResources.adapter_layouts_py),
    ("adapter_models.py", PackageResources.adapter_models_py),
    ("adapters.py", PackageResources.adapters_py),
    ("assay_engine.py", PackageResources.assay_engine_py),
    ("assay_start.py", PackageResources.assay_start_py),
    ("examine_trl.py", PackageResources.examine_trl_py),
    ("model_checks.py", PackageResources.model_checks_py),
    ("requirements-cpu-linux-aarch64.txt", PackageResources.requirements_cpu_linux_aarch64_txt),
    ("requirements-cpu-linux-x86_64.txt", PackageResources.requirements_cpu_linux_x86_64_txt),
    ("requirements-cuda-linux-aarch64.txt", PackageResources.requirements_cuda_linux_aarch64_txt),
    ("requirements-cuda-linux-x86_64.txt", PackageResources.requirements_cuda_linux_x86_64_txt),
    ("requirements-metal-macos-arm64.txt", PackageResources.requirements_metal_macos_arm64_txt),
    ("requirements-trl-cpu-linux-x86_64.txt", PackageResources.requirements_trl_cpu_linux_x86_64_txt),
    ("requirements-trl-cpu-macos-arm64.txt", PackageResources.requirements_trl_cpu_macos_arm64_txt),
    ("requirements-trl-cuda-linux-aarch64.txt", PackageResources.requirements_trl_cuda_linux_aarch64_txt),
    ("requirements-trl-cuda-linux-x86_64.txt", PackageResources.requirements_trl_cuda_linux_x86_64_txt),
    ("serve.py", PackageResources.serve_py),
    ("server_guard.py", PackageResources.server_guard_py),
    ("system_watch.py", PackageResources.system_watch_py),
    ("template_limits.py", PackageResources.template_limits_py),
    ("template_worker.py", PackageResources.template_worker_py),
    ("train.py", PackageResources.train_py),
    ("train_trl.py", PackageResources.train_trl_py),
    ("training_answers.py", PackageResources.training_answers_py),
    ("training_checks.py", PackageResources.training_checks_py),
    ("training_ends.py", PackageResources.training_ends_py),
    ("training_events.py", PackageResources.training_events_py),
    ("training_job.py", PackageResources.training_job_py),
    ("training_rows.py", PackageResources.training_rows_py),
    ("training_samples.py", PackageResources.training_samples_py),
    ("trl_launch.py", PackageResources.trl_launch_py),
    ("trl_rows.py", PackageResources.trl_rows_py),
    ("trl_trainer.py", PackageResources.trl_trainer_py),
  ]

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

  /// Makes sure that the files are in their folder, and gives the folder.
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
