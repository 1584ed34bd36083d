import Content
import Domain
import Grading

/// Where the things are that a verdict rests on.
package struct DossierPlan: Sendable, Hashable {
  /// Files and folders of the workspace, relative to it; some may not exist.
  package var paths: Set<String> = []
  /// The hashes of models, adapters and recordings, which stay where they are.
  package var fingerprints: [String: ContentHash] = [:]
  /// The environment variables whose values must not be in a dossier.
  package var secrets: Set<String> = []
}

/// What came of judging a run's stored answers again.
package struct RegradedRun: Sendable, Hashable {
  /// The run.
  package var run: RunID
  /// How many answers were judged again.
  package var answers = 0
  /// How many can't be, since a grader asks a model or a program, or their set was edited since.
  package var left = 0
  /// Which answers were judged otherwise than is stored, by case.
  package var differing: [String] = []
  /// Whether the run's averages are not those of its answers.
  package var summaryDiffers = false
}

extension Workbench {
  /// Where the things are that the verdict rests on, as the files are now.
  package func dossierPlan() async -> DossierPlan {
    let workspace = snapshot.workspace
    var plan = DossierPlan()
    plan.paths = ["assay.yaml", "variants", "graders", "schemas"]
    plan.paths.formUnion(workspace.prompts.map(\.path) + workspace.evalSets.map(\.path))
    plan.paths.formUnion([workspace.training.data].compactMap(\.self))
    let tuned = snapshot.runs.compactMap(\.variant.adapter)
    for job in snapshot.jobs where tuned.contains(where: job.made) {
      plan.paths.formUnion([job.data, job.folder + "/train.jsonl"])
    }
    var hashed = Set(tuned + snapshot.jobs.compactMap(\.adapter) + workspace.variants.compactMap(\.adapter))
    for variant in workspace.variants {
      if let adapter = (try? subject(variant: variant.name, set: nil))?.variant.adapter { hashed.insert(adapter) }
    }
    for model in workspace.models {
      switch model.api {
      case .mlx(let path): hashed.insert(path)
      case .replay(let file): hashed.insert(file)
      case .command(let words): hashed.formUnion(words.filter { !$0.hasPrefix("/") })
      case .endpoint: break
      }
      plan.secrets.formUnion([model.keyEnvironment].compactMap(\.self) + model.environment)
    }
    for path in hashed {
      if let hash = await dependencies.files.fingerprint(of: path) { plan.fingerprints[path] = hash }
    }
    return plan
  }

  /// Judges the stored answers of every run again, without asking a model.
  package func regrade() async throws -> [RegradedRun] {
    var all: [RegradedRun] = []
    for run in snapshot.runs.sorted(by: { $0.id < $1.id }) {
      let stored = try await store.outputs(of: run.id)
      var regraded = RegradedRun(run: run.id)
      // The averages of an answer are worked out from what is stored of it, whatever became of its set.
      regraded.summaryDiffers = !RunSummary(of: stored).agrees(with: run.summary)
      let set = snapshot.workspace.evalSet(run.set)
      let cases = Dictionary((set?.cases ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      for output in stored {
        guard let answer = output.answer else { continue }
        guard let set, set.hash == run.setHash, let evalCase = cases[output.caseID],
          !set.graders(of: evalCase).awaits
        else {
          regraded.left += 1
          continue
        }
        let again = Judgement.output(
          of: answer, to: evalCase, sample: output.sample, key: output.requestKey, set: set, cost: output.cost)
        regraded.answers += 1
        if !again.isJudged(as: output) { regraded.differing.append(output.id) }
      }
      all.append(regraded)
    }
    return all
  }
}

extension Output {
  /// Whether both were judged alike, sentences of graders aside.
  fileprivate func isJudged(as other: Output) -> Bool {
    passed == other.passed && value == other.value && formatValid == other.formatValid
      && (unscored == nil) == (other.unscored == nil) && noAnswer == other.noAnswer
      && scores.map(\.value) == other.scores.map(\.value) && scores.map(\.passed) == other.scores.map(\.passed)
  }
}

extension RunSummary {
  /// Whether both say the same of scores, but for rounding.
  fileprivate func agrees(with other: RunSummary) -> Bool {
    (done, unscored, passed, errors, formatValid, leftOut)
      == (other.done, other.unscored, other.passed, other.errors, other.formatValid, other.leftOut)
      && (done == unscored
        || abs(mean - other.mean) < 1e-9 && abs(low - other.low) < 1e-6 && abs(high - other.high) < 1e-6)
  }
}
