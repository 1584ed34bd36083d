import Content
import Domain
import Files
import Foundation
import Grading

/// Reads `assay.yaml` and everything that it names. Whatever is missing there is inferred from the folder: prompts from
/// `prompts/`, eval sets from `evals/`, variants from `variants/` or else one for each model. A flaw costs only the thing that it stands in.
struct WorkspaceReader {
  /// The file's name.
  static let file = "assay.yaml"

  let folder: WorkspaceFolder
  /// What the files can name.
  let registry: ReaderRegistry
  /// Eval sets read before, which are not read again while their files stay the same.
  let cases: CaseCache
  private let log = ProblemLog(file: Self.file)
  private var problems: [Problem] = []
  /// What was read from each path, which several names may share.
  private var promptAt: [String: Prompt] = [:]
  private var fileAt: [String: CaseFile] = [:]
  /// The judges that graders may name.
  private var judges = Named<NamedJudge>()
  /// The lists of graders that have names.
  private var namedGraders: NamedGraders

  /// A reader of a folder.
  init(_ folder: WorkspaceFolder, _ registry: ReaderRegistry, cases: CaseCache) {
    self.folder = folder
    self.registry = registry
    self.cases = cases
    namedGraders = NamedGraders(in: folder, registry.graders)
  }

  /// Reads everything.
  /// - Throws: `Problem` when there is nothing that could be a workspace.
  static func read(
    _ folder: WorkspaceFolder, _ registry: ReaderRegistry, cases: CaseCache
  ) throws -> Workspace {
    var reader = WorkspaceReader(folder, registry, cases: cases)
    return try reader.read()
  }

  /// Whether no variant is written anywhere, so that each model was taken for one.
  private(set) var impliesVariants = false

  mutating func read() throws -> Workspace {
    try Self.check(folder)
    var fields = ConfigFields(ConfigDocument(try configText(), log: log), log: log)
    var workspace = Workspace(folder: folder.path, name: fields.text("name") ?? folder.name)
    let models = ModelReader(dialects: registry.dialects, folder: folder).read(&fields)
    workspace.models = models.items
    workspace.certificates = certificates(of: models.items)
    let prompts = readPrompts(&fields)
    workspace.prompts = prompts.items
    judges = readJudges(models)
    workspace.judges = judges.items.map(\.judge)
    namedGraders = NamedGraders(&fields, in: folder, registry.graders)
    let rules = GradingRules(
      graders: GraderReader.read(&fields, "graders", in: folder, named: namedGraders, judges: judges),
      countsAsWrong: countsAsWrong(&fields) ?? [],
      keepsReasoning: keepsReasoning(&fields) ?? false)
    let share = heldOutShare(&fields)
    let sets = readEvalSets(&fields, rules, prompts: prompts, heldOut: share)
    workspace.evalSets = sets.items
    workspace.namesEvalSets = fields.value("eval_sets") != nil
    var variants = VariantReader(models: models, prompts: prompts, folder: folder)
    workspace.variants = variants.read(&fields)
    problems += variants.problems
    impliesVariants = variants.areImplied
    workspace.backends = registry.backends
    workspace.training = TrainingReader.read(
      &fields, models: models, prompts: prompts, backends: registry.backends, folder: folder)
    workspace.facts = FactsReader.read(&fields)
    workspace.confirmAbove = fields.number("confirm_above", "dollars, from 0") { $0 >= 0 }
    fields.finish()
    problems += log.all
    workspace.problems = Self.ordered(problems)
    return workspace
  }

  /// What the files of certificates hold that models name; nothing where one can't be read.
  private func certificates(of models: [ModelSpec]) -> [String: [String]] {
    var found: [String: [String]] = [:]
    for model in models {
      guard case .endpoint(let endpoint) = model.api, let file = endpoint.certificates, found[file] == nil else {
        continue
      }
      let bytes = try? FileBytes.read(
        try folder.reading(file, mayBeAbsolute: true), limit: CertificateLine.mostBytes)
      found[file] = CertificateLine.lines(pem: bytes ?? [])
    }
    return found
  }

  /// Whether this could be a workspace at all.
  /// - Throws: `Problem` when it couldn't.
  static func check(_ folder: WorkspaceFolder) throws {
    guard WorkspaceFolder.isFolder(folder.path) else {
      let isFile = FileManager.default.fileExists(atPath: folder.path)
      throw Problem(
        file: folder.path,
        message: isFile
          ? "This is a file; name the folder that it stands in."
          : "There is no such folder; `assay init \(folder.path)` makes a workspace.")
    }
    if FileManager.default.fileExists(atPath: folder.path + "/" + file) || !inferable(folder).isEmpty { return }
    throw Problem(
      file: file,
      message:
        "There is none in \(folder.path), so that is no workspace: `assay init \(folder.path)` makes one, or name "
        + "another folder with --workspace.")
  }

  /// The folders that a workspace without the file can be read from.
  private static func inferable(_ folder: WorkspaceFolder) -> [String] {
    ["prompts", "evals"].filter { WorkspaceFolder.isFolder(folder.path + "/" + $0) }
  }

  /// Errors first, each file's problems by line.
  private static func ordered(_ problems: [Problem]) -> [Problem] {
    let keyed = problems.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      if a.severity != b.severity { return a.severity == .error }
      if a.file == b.file, a.line != b.line { return a.line ?? 0 < b.line ?? 0 }
      return left.offset < right.offset
    }
    return keyed.map(\.element)
  }

  private mutating func configText() throws -> String {
    do {
      return try FileBytes.text(try folder.reading(Self.file), limit: ConfigDocument.mostBytes)
    } catch FileError.missing {
      log.add(
        .warning, line: nil,
        "The file doesn't exist; prompts and eval sets are taken from \(Self.inferable(folder).joined(separator: " and ")). Write one "
          + "that names a model, or let `assay init` make it.")
      return ""
    } catch {
      log.add(.error, line: nil, "\(error) Until then prompts and eval sets are taken from prompts and evals.")
      return ""
    }
  }

  /// The judges, and what is wrong with their files.
  private mutating func readJudges(_ models: Named<ModelSpec>) -> Named<NamedJudge> {
    let files = JudgeFile.read(in: folder, models: models)
    problems += files.problems
    return files.judges
  }

  // MARK: Prompts

  private mutating func readPrompts(_ fields: inout ConfigFields) -> Named<Prompt> {
    var named = Named<Prompt>()
    if let value = fields.value("prompts"), var group = ConfigFields(value, expected: "names with folders") {
      for (name, value) in group.all() {
        named.declare(name)
        guard let path = Self.path(value, example: "prompts/\(name)") else { continue }
        named.add(prompt(name, at: path), named: name)
      }
    } else {
      for (name, path) in inferredPrompts() {
        named.declare(name)
        named.add(prompt(name, at: path), named: name)
      }
    }
    return named
  }

  /// A prompt; a folder that several share is read once.
  private mutating func prompt(_ name: String, at path: String) -> Prompt {
    if let known = promptAt[path] { return Prompt(name: name, path: known.path, sections: known.sections) }
    let prompt = PromptFolder.read(name: name, path: path, in: folder, problems: &problems)
    promptAt[path] = prompt
    return prompt
  }

  private func inferredPrompts() -> [(name: String, path: String)] {
    let entries = listing("prompts")
    let folders = entries.filter { WorkspaceFolder.isFolder("\(folder.path)/prompts/\($0)") }
    if folders.isEmpty, entries.contains(where: { SectionName($0) != nil }) { return [("main", "prompts")] }
    return Self.mainFirst(folders).map { ($0, "prompts/\($0)") }
  }

  /// A path written as `name: path` or as `name: { path: … }`.
  private static func path(_ value: ConfigValue, example: String) -> String? {
    if let text = value.text { return text }
    guard value.isGroup else {
      value.expected("a folder such as \(example)")
      return nil
    }
    guard var group = ConfigFields(value) else { return nil }
    let path = group.text("path", "a folder such as \(example)")
    if path == nil, !group.isBroken { group.fail(nil, "Needs a path such as \(example).") }
    group.finish()
    return path
  }

  private func listing(_ name: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + name)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  private static func mainFirst(_ names: [String]) -> [String] {
    names.filter { $0 == "main" } + names.filter { $0 != "main" }
  }

  // MARK: Eval sets

  /// How answers are judged, for all sets or one.
  private struct GradingRules {
    var graders: GraderReader.Result?
    var countsAsWrong: Set<NoAnswer>
    var keepsReasoning: Bool
  }

  /// Reads `reasoning: cut | keep`; nil where the file doesn't say.
  private func keepsReasoning(_ fields: inout ConfigFields) -> Bool? {
    fields.choice("reasoning", among: ["cut", "keep"]).map { $0 == "keep" }
  }

  /// Reads which replies that are no answer count as wrong; nil where the file doesn't say.
  private func countsAsWrong(_ fields: inout ConfigFields) -> Set<NoAnswer>? {
    let names = NoAnswer.allCases.map(\.rawValue)
    let key = "count_as_wrong"
    guard let texts = fields.texts(key, "a list of \(names.joined(separator: ", "))") else { return nil }
    var kinds: Set<NoAnswer> = []
    for text in texts {
      guard let kind = NoAnswer(rawValue: text) else {
        let suggestion = ConfigFields.suggestion(Spelling.nearest(to: text, among: names))
        fields.fail(key, "\"\(text)\" is none of \(names.joined(separator: ", ")).\(suggestion)")
        continue
      }
      kinds.insert(kind)
    }
    return kinds
  }

  /// Reads the share of cases to hold out; nil where the file doesn't say.
  private func heldOutShare(_ fields: inout ConfigFields) -> Double? {
    fields.number("held_out", "a share from 0.01 to 0.9, such as 0.3") { $0 >= 0.01 && $0 <= 0.9 }
  }

  private mutating func readEvalSets(
    _ fields: inout ConfigFields, _ rules: GradingRules, prompts: Named<Prompt>, heldOut: Double?
  ) -> Named<EvalSet> {
    var named = Named<EvalSet>()
    guard let value = fields.value("eval_sets"), var group = ConfigFields(value, expected: "names with files") else {
      for file in Self.mainFirst(listing("evals").filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }) {
        named.declare(file)
        let set = read(set: file, path: "evals/\(file).jsonl", line: nil, rules)
        add(set, rules, heldOut: heldOut, line: nil, to: &named)
      }
      return named
    }
    for (name, value) in group.all() {
      named.declare(name)
      if let path = value.text {
        add(read(set: name, path: path, line: value.line, rules), rules, heldOut: heldOut, line: value.line, to: &named)
        continue
      }
      guard var set = ConfigFields(value, expected: "a file such as evals/\(name).jsonl, or keys with a path") else {
        continue
      }
      let path = set.text("path", "a file such as evals/\(name).jsonl") ?? "evals/\(name).jsonl"
      let own = GradingRules(
        graders: GraderReader.read(&set, "graders", in: folder, named: namedGraders, judges: judges) ?? rules.graders,
        countsAsWrong: countsAsWrong(&set) ?? rules.countsAsWrong,
        keepsReasoning: keepsReasoning(&set) ?? rules.keepsReasoning)
      let isGeneral = set.flag("general") ?? false
      let isHeldOut = set.flag("verdict") ?? false
      let ownShare = heldOutShare(&set)
      if isGeneral, isHeldOut || ownShare != nil {
        set.fail(
          isHeldOut ? "verdict" : "held_out", "General tasks decide nothing by themselves: remove this, or general.")
      } else if isHeldOut, ownShare != nil {
        set.fail("held_out", "The whole set is held out (verdict: true): remove one of the two.")
      }
      let prompt = set.text("prompt", "the name of a prompt")
      if let prompt, !prompts.declares(prompt) { prompts.report("prompt", prompt, at: "prompt", in: &set) }
      set.finish()
      guard !set.isBroken else { continue }
      var result = read(set: name, path: path, line: value.line, own)
      result.prompt = prompt
      result.isGeneral = isGeneral
      result.isHeldOut = isHeldOut
      let share = ownShare ?? (isGeneral || isHeldOut ? nil : heldOut)
      add(result, own, heldOut: share, line: value.line, to: &named)
    }
    return named
  }

  /// Adds a set, or two where a share of its cases is held out.
  private mutating func add(
    _ set: EvalSet, _ rules: GradingRules, heldOut share: Double?, line: Int?, to named: inout Named<EvalSet>
  ) {
    guard let share, !set.cases.isEmpty, let file = fileAt[set.path] else { return named.add(set, named: set.name) }
    let key = "eval_sets.\(set.name).held_out"
    let split = HeldOutCases(set.cases, share: share)
    guard split.units >= HeldOutCases.fewestUnits else {
      log.add(
        .error, line: line, key: key,
        "A verdict needs at least \(HeldOutCases.fewestUnits) independent cases held out, and this share of \(set.path) has "
          + "\(split.units): add about \(split.missingCases) cases, raise the share, or remove held_out.")
      return named.add(set, named: set.name)
    }
    for (name, cases, isHeldOut) in [
      (set.name, split.developed, false), (set.name + HeldOutCases.suffix, split.heldOut, true),
    ] {
      if isHeldOut {
        guard !named.declares(name) else {
          log.add(.error, line: line, key: key, "There is an eval set called \(name) already: rename it.")
          continue
        }
        named.declare(name)
      }
      var part = EvalSet(
        name: name, path: set.path, cases: cases, graders: set.graders, prompt: set.prompt, isGeneral: false,
        hash: file.hash(
          of: cases, graders: namedGraders.specs(with: rules.graders, namedBy: file.graders),
          countsAsWrong: rules.countsAsWrong,
          keepsReasoning: rules.keepsReasoning))
      part.isHeldOut = isHeldOut
      part.keepsReasoning = set.keepsReasoning
      part.graderLines = set.graderLines
      part.ownGraders = set.ownGraders
      part.countsAsWrong = set.countsAsWrong
      named.add(part, named: name)
    }
  }

  private mutating func read(set name: String, path: String, line: Int?, _ rules: GradingRules) -> EvalSet {
    var file = CaseFile()
    do {
      if let known = fileAt[path] {
        file = known
      } else {
        file = try cases.file(path, in: folder)
        fileAt[path] = file
        problems += file.problems
      }
    } catch let error as PathError {
      log.add(.error, line: line, key: "eval_sets.\(name)", error.description)
    } catch {
      problems.append(Problem(file: path, key: "eval_sets.\(name)", message: String(describing: error)))
    }
    var set = EvalSet(
      name: name, path: path, cases: file.cases, graders: GraderSet(rules.graders?.graders ?? []),
      hash: file.hash(
        graders: namedGraders.specs(with: rules.graders, namedBy: file.graders), countsAsWrong: rules.countsAsWrong,
        keepsReasoning: rules.keepsReasoning))
    set.keepsReasoning = rules.keepsReasoning
    set.graderLines = rules.graders?.lines ?? []
    set.countsAsWrong = rules.countsAsWrong
    if !file.graders.isEmpty {
      var own = CaseGraders(of: rules.graders, named: namedGraders)
      problems += own.assign(file.graders, to: &set)
    }
    return set
  }
}
