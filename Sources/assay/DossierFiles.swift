import Domain
import WorkspaceFiles

/// The files of a dossier in a folder: they are read like a workspace's, the hashes of what was left behind are those that
/// the dossier states, and nothing is written.
struct DossierFiles: WorkspaceFiles {
  let folder: FolderWorkspaceFiles
  let fingerprints: [String: ContentHash]

  private static let unwritable = Problem(file: "assay.yaml", message: "A dossier can't be changed.")

  /// The workspace without what is wrong with models and adapters: they aren't in the dossier and aren't asked.
  func read() async throws -> Workspace {
    var workspace = try await folder.read()
    workspace.problems.removeAll { problem in
      guard let key = problem.key else { return false }
      return key.hasPrefix("models.") || key.hasPrefix("variants.") && key.hasSuffix(".adapter")
    }
    return workspace
  }

  func cases(at path: String) async throws -> [EvalCase] { try await folder.cases(at: path) }
  func trainingRows(at path: String) async throws -> [TrainingRow] { try await folder.trainingRows(at: path) }
  func text(of path: String) async throws -> String? { try await folder.text(of: path) }
  func fingerprint(of path: String) async -> ContentHash? { fingerprints[path] }
  func drafts() async -> [DraftPath: KeptDraft] { [:] }
  func changes() -> AsyncStream<Void> { AsyncStream { $0.finish() } }

  func write(_ section: Section, of prompt: Prompt) async throws { throw Self.unwritable }
  func delete(_ section: Section, of prompt: Prompt) async throws { throw Self.unwritable }
  func rename(_ renames: [SectionOrder.Rename], of prompt: Prompt) async throws { throw Self.unwritable }
  func keep(_ text: String?, as draft: DraftPath) async throws { throw Self.unwritable }
  func apply(_ edit: CaseEdit, to set: EvalSet) async throws { throw Self.unwritable }
  func append(_ additions: [CaseAddition]) async throws { throw Self.unwritable }
  func add(_ variant: Variant) async throws { throw Self.unwritable }
  func set(_ choice: SectionChoice, of variant: Variant) async throws { throw Self.unwritable }
  func write(text: String, to path: String) async throws { throw Self.unwritable }
  func state(_ facts: [FactStatement]) async throws { throw Self.unwritable }
  func write(_ rows: [TrainingRow], to path: String) async throws { throw Self.unwritable }
  func export(
    _ parts: [ExportPart], as format: TrainingFormat, named name: String, to folder: String
  ) async throws -> ExportReport { throw Self.unwritable }
}
