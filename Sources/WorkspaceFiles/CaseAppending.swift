import Content
import Domain
import Files

extension FolderWorkspaceFiles {
  /// Adds lines to eval sets' files, each file replaced whole, and registers sets that are new.
  ///
  /// Everything that can refuse is done before the first byte is written.
  /// - Throws: `Problem`.
  package func append(_ additions: [CaseAddition]) async throws {
    let workspace = try await read()
    var files: [(path: String, bytes: [UInt8])] = []
    for addition in additions where !addition.lines.isEmpty {
      files.append(try appended(addition))
    }
    var config: [UInt8]?
    var last = ""
    for addition in additions where workspace.evalSet(addition.set) == nil && needsEntry(addition, workspace) {
      if let prompt = addition.prompt {
        files.append(try section(of: prompt))
        config = try editedConfig(
          from: config, "prompts", Self.member(prompt.name, at: prompt.folder),
          implied: workspace.prompts.map { Self.member($0.name, at: $0.path) })
      }
      let member = Self.member(addition)
      last = member.line
      config = try editedConfig(
        from: config, "eval_sets", member, implied: workspace.evalSets.map { Self.member($0.name, at: $0.path) })
    }
    for file in files {
      do { try folder.replace(file.path, with: file.bytes) } catch {
        throw Problem(file: file.path, message: String(describing: error))
      }
    }
    if let config { try replaceConfig(with: config, "eval_sets", line: last) }
  }

  /// Whether a set has to be named in `assay.yaml`: those in `evals` are found where the file names none.
  private func needsEntry(_ addition: CaseAddition, _ workspace: Workspace) -> Bool {
    workspace.namesEvalSets || !addition.graders.isEmpty || addition.isGeneral || addition.prompt != nil
      || addition.path != "evals/\(addition.set).jsonl"
  }

  /// The file of a new prompt's section.
  private func section(of prompt: NewPrompt) throws -> (path: String, bytes: [UInt8]) {
    let file = "\(prompt.folder)/\(prompt.file)"
    let path: String
    do { path = try folder.writing(file) } catch { throw Problem(file: file, message: String(describing: error)) }
    guard !WorkspaceFolder.exists(path) else {
      throw Problem(file: file, message: "The file exists already; choose another name, or delete it.")
    }
    return (path, Array(prompt.text.utf8))
  }

  private func editedConfig(
    from bytes: [UInt8]?, _ group: String, _ member: MemberEditor.Member, implied: [MemberEditor.Member]
  ) throws -> [UInt8] {
    guard let bytes else {
      return try editedConfig(group, line: member.line) { text throws(MemberEditor.Refusal) in
        try MemberEditor(text, group: group).adding(member, implied: implied)
      }
    }
    do throws(MemberEditor.Refusal) {
      let text = String(decoding: bytes, as: UTF8.self)
      return Array(try MemberEditor(text, group: group).adding(member, implied: implied).utf8)
    } catch { throw Problem(file: WorkspaceReader.file, line: error.line, key: group, message: error.reason) }
  }

  /// The file of an addition and its bytes with the new lines at the end.
  private func appended(_ addition: CaseAddition) throws -> (path: String, bytes: [UInt8]) {
    func problem(_ error: any Error) -> Problem {
      Problem(file: addition.path, message: String(describing: error))
    }
    let path: String
    do { path = try folder.writing(addition.path) } catch { throw problem(error) }
    var bytes: [UInt8]
    do { bytes = try Self.bytes(path) } catch { throw problem(error) }
    if let sentence = ForeignForm.sentence(bytes, path: addition.path, wanted: .cases) {
      throw Problem(file: addition.path, message: sentence)
    }
    let feed = bytes.firstIndex(of: 0x0A)
    let usesCRLF = feed.map { $0 > 0 && bytes[$0 - 1] == 0x0D } ?? false
    let end: [UInt8] = usesCRLF ? [0x0D, 0x0A] : [0x0A]
    if let last = bytes.last, last != 0x0A { bytes += end }
    for line in addition.lines {
      bytes += Array(line.utf8)
      bytes += end
    }
    guard bytes.count <= CaseFile.mostBytes else { throw problem(FileError.tooLarge(limit: CaseFile.mostBytes)) }
    return (path, bytes)
  }

  /// The bytes of a file; none where there is none.
  private static func bytes(_ path: String) throws(FileError) -> [UInt8] {
    do throws(FileError) { return try FileBytes.read(path, limit: CaseFile.mostBytes) } catch .missing { return [] }
  }

  /// The line of `assay.yaml` for a set.
  private static func member(_ addition: CaseAddition) -> MemberEditor.Member {
    var parts: [String] = []
    if let prompt = addition.prompt { parts.append("prompt: \(key(prompt.name))") }
    if addition.isGeneral { parts.append("general: true") }
    if !addition.graders.isEmpty {
      parts.append("graders: \(JSONValue.array(addition.graders).text(.spaced))")
    }
    guard !parts.isEmpty else { return member(addition.set, at: addition.path) }
    let values = (["path: \(addition.path)"] + parts).joined(separator: ", ")
    return MemberEditor.Member(name: addition.set, line: "\(key(addition.set)): { \(values) }")
  }

  /// The line for something that needs no more than a path.
  private static func member(_ name: String, at path: String) -> MemberEditor.Member {
    MemberEditor.Member(name: name, line: "\(key(name)): \(path)")
  }

  /// A name as a YAML key.
  private static func key(_ name: String) -> String {
    let isPlain = name.first?.isLetter == true && name.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    return isPlain && !words.contains(name.lowercased()) ? name : JSONValue.string(name).text()
  }
}
