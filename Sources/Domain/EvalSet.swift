import Content
import Grading

/// One input with what a good answer is.
package struct EvalCase: Sendable, Hashable, Identifiable {
  /// Unique in its set.
  package var id: String
  /// The line of the file it stands on, counted from 1.
  package var line: Int
  /// The variables that fill the prompt's slots: always an object.
  package var input: JSONValue
  /// What a good answer holds, where known.
  package var expected: JSONValue?
  /// For filtering.
  package var tags: [String]
  /// What it belongs to, such as a conversation or a document: cases of one group are one piece of evidence.
  package var group: String?
  /// How often it occurs in production, more than 0; 1 unless told.
  package var weight = 1.0

  /// Makes a case.
  package init(
    id: String, line: Int = 0, input: JSONValue, expected: JSONValue? = nil, tags: [String] = [], group: String? = nil
  ) {
    self.id = id
    self.line = line
    self.input = input
    self.expected = expected
    self.tags = tags
    self.group = group
  }
}

/// Ordered cases, and the graders that judge answers to them.
package struct EvalSet: Sendable, Identifiable {
  /// The name in `assay.yaml`.
  package let name: String
  /// The file, relative to the workspace.
  package let path: String
  /// In file order.
  package var cases: [EvalCase]
  /// The set's own graders, or else the workspace's.
  package var graders: GraderSet
  /// The graders of cases that have their own, by the case's id.
  package var ownGraders: [String: GraderSet] = [:]
  /// The line of `assay.yaml` that each grader stands on, where they stand there.
  package var graderLines: [Int?] = []
  /// Replies that are no answer and count as wrong, where others are left out of the mean.
  package var countsAsWrong: Set<NoAnswer> = []
  /// Whether graders see a model's reasoning, too; it is cut off before unless a set says so.
  package var keepsReasoning = false
  /// The prompt that this set's cases are made for, when they don't fit every variant's prompt.
  package var prompt: PromptName?
  /// General tasks that the model could do before tuning: a fall here is forgetting.
  package var isGeneral: Bool
  /// Kept apart while prompts are developed: the verdict goes by it.
  package var isHeldOut = false
  /// Hash of the cases and graders: runs with the same hash judged the same thing.
  package var hash: ContentHash
  /// Same as `name`.
  package var id: String { name }

  /// Makes a set.
  package init(
    name: String, path: String, cases: [EvalCase], graders: GraderSet, prompt: PromptName? = nil,
    isGeneral: Bool = false, hash: ContentHash
  ) {
    self.name = name
    self.path = path
    self.cases = cases
    self.graders = graders
    self.prompt = prompt
    self.isGeneral = isGeneral
    self.hash = hash
  }
}

extension EvalSet {
  /// The graders of a case: its own, or else the set's.
  package func graders(of evalCase: EvalCase) -> GraderSet { ownGraders[evalCase.id] ?? graders }

  /// All graders of the set and of cases that have their own.
  package var allGraders: [Grader] {
    graders.graders + ownGraders.sorted { $0.key < $1.key }.flatMap(\.value.graders)
  }

  /// Whether some grader asks a program or a judge.
  package var awaits: Bool { graders.awaits || ownGraders.values.contains(where: \.awaits) }

  /// Which grader can judge no case at all, where and why; nil where each can judge some.
  package var unscorable: Problem? {
    // A case with graders of its own says nothing about those of the set.
    let ordinary = ownGraders.isEmpty ? cases : cases.filter { ownGraders[$0.id] == nil }
    guard !ordinary.isEmpty else { return nil }
    let problems = graders.problems(in: ordinary.map { (expected: $0.expected, input: $0.input) })
    guard let problem = problems.first(where: \.concernsAll) else { return nil }
    let index = graders.graders.firstIndex { $0.name == problem.grader }
    let line = index.flatMap { graderLines.indices.contains($0) ? graderLines[$0] : nil }
    let reason = problem.reason + (problem.reason.hasSuffix("?") ? "" : ".")
    return Problem(
      file: "assay.yaml", line: line, message: "The grader \(problem.grader) can judge no case of \(path): \(reason)")
  }
}
