import Domain
import FileWatching
import Files
import Foundation
import Grading

/// A workspace's files in a folder of this machine.
///
/// Reads are bounded and never follow a path or a link out of the workspace, except where a person names a model's or a data
/// file's absolute path and has trusted the workspace; writes never leave it, replace a file whole, and change no byte that they needn't.
package actor FolderWorkspaceFiles: WorkspaceFiles {
  let folder: WorkspaceFolder
  let state: StateUse
  let registry: ReaderRegistry
  private let gate: any TrustGate
  private let fingerprints: Fingerprints
  let cases = CaseCache()

  /// The files of a folder, which need not be a workspace yet.
  /// - Parameters:
  ///   - dialects: the APIs that `assay.yaml` can name; the first is taken where an address stands without one, and is
  ///     what the local engine speaks.
  ///   - graders: the kinds of graders that eval sets can name.
  ///   - backends: the training back ends that there are.
  ///   - gate: says whether a person has trusted the workspace.
  ///   - state: says whether drafts and hashes may be kept in `.assay`.
  package init(
    _ folder: String, dialects: [Endpoint.Dialect], graders: GraderRegistry = .builtIn,
    backends: [Backend] = .builtIn, gate: any TrustGate = OpenGate(), state: StateUse = StateUse(isAllowed: true)
  ) {
    self.folder = WorkspaceFolder(folder)
    registry = ReaderRegistry(dialects: dialects, graders: graders, backends: backends)
    self.gate = gate
    self.state = state
    fingerprints = Fingerprints(self.folder, state: state)
  }

  /// Whether the folder could be a workspace at all, without reading it.
  /// - Throws: `Problem` when it couldn't.
  package nonisolated func check() throws { try WorkspaceReader.check(folder) }

  /// Reads everything; eval sets whose files are unchanged are not read again.
  /// - Throws: `Problem` when the folder is no workspace.
  package func read() async throws -> Workspace { try WorkspaceReader.read(folder, registry, cases: cases) }

  /// Writes one section's file: front matter that isn't needed isn't added, what we don't know in it stays.
  /// - Throws: `Problem`.
  package func write(_ section: Section, of prompt: Prompt) async throws {
    try PromptFolder.write(section, of: prompt, in: folder)
  }

  /// Deletes one section's file.
  /// - Throws: `Problem`.
  package func delete(_ section: Section, of prompt: Prompt) async throws {
    try PromptFolder.delete(section, of: prompt, in: folder)
  }

  /// Changes one line of an eval set's file as it is now and leaves every other byte as it was.
  /// - Throws: `Problem`.
  package func apply(_ edit: CaseEdit, to set: EvalSet) async throws {
    try rethrowing(set.path) {
      let path = try folder.writing(set.path)
      var bytes: [UInt8] = []
      do {
        bytes = try FileBytes.read(path, limit: CaseFile.mostBytes)
      } catch FileError.missing {
        guard case .insert = edit else { throw FileError.missing }
      }
      let edited = try CaseFileEditor.apply(edit, to: bytes, path: set.path)
      if edited != bytes { try folder.replace(path, with: edited) }
    }
  }

  /// The cases of an eval set's file; none where there is no file.
  /// - Throws: `Problem`.
  package func cases(at path: String) async throws -> [EvalCase] {
    try rethrowing(path) {
      do { return try cases.file(path, in: folder).cases } catch FileError.missing { return [] }
    }
  }

  /// The rows of a training file; an absolute path may lie outside of the workspace.
  /// - Throws: `Problem` with the line of the first bad row.
  package func trainingRows(at path: String) async throws -> [TrainingRow] {
    if folder.isOutside(path) { try gate.require([]) }
    return try rethrowing(path) {
      let absolute = try folder.reading(path, mayBeAbsolute: true)
      return try TrainingFile.rows(try FileBytes.read(absolute, limit: TrainingFile.mostBytes), path: path)
    }
  }

  /// Writes a training file whole, atomically.
  /// - Throws: `Problem`.
  package func write(_ rows: [TrainingRow], to path: String) async throws {
    try rethrowing(path) {
      try folder.replace(try folder.writing(path), with: TrainingFile.bytes(of: rows))
    }
  }

  /// The text of a small file of the workspace; nil where there is none.
  /// - Throws: `Problem`.
  package func text(of path: String) async throws -> String? {
    try rethrowing(path) {
      do { return try FileBytes.text(try folder.reading(path), limit: Self.mostTextBytes) } catch FileError.missing {
        return nil
      }
    }
  }

  /// Writes a small file of the workspace whole, atomically.
  /// - Throws: `Problem`.
  package func write(text: String, to path: String) async throws {
    try rethrowing(path) { try folder.replace(try folder.writing(path), with: Array(text.utf8)) }
  }

  private static let mostTextBytes = 16 << 20

  /// Hash of a file's or folder's content; nil when there is none. Of a model's folder only what decides answers counts.
  package nonisolated func fingerprint(of path: String) async -> ContentHash? {
    if folder.isOutside(path), !gate.allows([]) { return nil }
    return await fingerprints.fingerprint(of: path)
  }

  /// Yields after something under the workspace was changed by anybody, hidden files and `.assay` aside.
  package nonisolated func changes() -> AsyncStream<Void> { FileWatcher(folder.path).changes() }

  /// Makes every error a `Problem` with the file it is about.
  private func rethrowing<Value>(_ file: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(file: file, message: String(describing: error))
    }
  }
}
