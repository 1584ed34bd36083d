import Domain
import Files
import Foundation
import WorkbenchCore

/// An adapter that a person named, and what is known of it.
struct ChosenAdapter: Sendable {
  /// Its folder, an absolute path without links; nil where a provider has it.
  var folder: String?
  /// The provider's name for it.
  var hostedID: String?
  /// The base model: an absolute path or a hub id; nil where only the adapter may know.
  var base: String?
  /// The job that made it.
  var job: TrainingJob?
  /// What requests and variants call it.
  var name: String
  /// What the paths of its conversions begin with.
  var prefix: String
  /// What names it to a command.
  var source: String
  /// Rows that it was validated on.
  var rows: String?

  /// An adapter in a folder.
  /// - Throws: `WorkbenchError.input` when there is none.
  init(folder: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw WorkbenchError.input("There is no folder \(folder); name an adapter's folder, or a job by its number.")
    }
    let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    self.folder = real
    name = (folder as NSString).lastPathComponent
    prefix = real
    source = real
  }

  /// A job's adapter.
  /// - Parameter place: its folder relative to the workspace, or a provider's name for it.
  /// - Throws: `WorkbenchError.input` when a link leads out of the job's folder.
  init(job: TrainingJob, place: String, base: String?, workspace: String) throws {
    self.job = job
    self.base = base
    name = "tuned-\(job.id)"
    source = "\(job.id)"
    let jobFolder = workspace + "/" + job.folder
    if job.isHosted {
      hostedID = place
      prefix = jobFolder + "/export/hosted"
    } else {
      let path = place.hasPrefix("/") ? place : workspace + "/" + place
      let real = WorkspaceFolder.realPath(path) ?? path
      if let root = WorkspaceFolder.realPath(jobFolder), !WorkspaceFolder.holds(root, real) {
        throw WorkbenchError.input(
          "\(place) leads out of the job's folder through a symbolic link, so it isn't used: remove the link.")
      }
      folder = real
      prefix = jobFolder + "/export/" + (real as NSString).lastPathComponent
      rows = jobFolder + "/valid.jsonl"
    }
    // Another step's weights under the same name would pass for these.
    let folderStep = folder.flatMap { Int(($0 as NSString).lastPathComponent) }
    if let step = folderStep ?? job.best?.step { name += "-step-\(step)" }
  }

  /// Where something made of it stands when nobody says otherwise.
  func place(of what: String) -> String { "\(prefix)-\(what)" }

  /// The folder.
  /// - Throws: `WorkbenchError.input` where it is at a provider.
  func needFolder(_ what: String) throws -> String {
    if let folder { return folder }
    throw WorkbenchError.input(
      "Job \(source) tuned a hosted model (\(hostedID ?? "")): its weights are at the provider and can't be \(what). "
        + "`assay adapter use \(source)` makes a variant of it, and `assay adapter serve \(source)` shows how it is asked."
    )
  }
}
