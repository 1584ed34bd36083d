import Content
import Domain
import Foundation
import Grading
import WorkbenchCore

/// What a store promises, for one that is empty.
package let storeContract: [PortContract<any Store>] = runs + outputs + others

private func hash(_ text: String) -> ContentHash { ContentHash(hex: SHA256.hex(text)) }

private func draft(_ name: String, base: String? = nil, firstSample: Int = 0, repeats: Int = 1) -> RunDraft {
  let version = PromptVersion(
    prompt: "main", parts: [.init(title: "query", role: .user, body: "{{ t }} é 作 " + (base ?? name))])
  return RunDraft(
    identity: hash(name), base: hash(base ?? name), repeats: repeats, firstSample: firstSample,
    variant: Variant(name: name, model: "m", prompt: "main", sampling: Sampling(temperature: 0, stop: ["\n"])),
    version: version, set: "main", setHash: hash("set"), cases: 3, started: Date(timeIntervalSince1970: 1000))
}

private func output(
  _ id: String, _ text: String? = "yes", sample: Int = 0, passed: Bool = true, cost: Double? = 0.5
) -> Output {
  let answer = text.map {
    Answer(text: $0, finishReason: "stop", usage: TokenUsage(prompt: 10, completion: 2), latency: 0.5)
  }
  return Output(
    caseID: id, sample: sample, requestKey: hash("key \(id) \(sample)"), answer: answer,
    failure: text == nil ? "no" : nil,
    scores: text == nil ? [] : [Score(grader: "exact", value: passed ? 1 : 0, passed: passed, reason: "é")],
    value: text == nil ? nil : passed ? 1 : 0, passed: text == nil ? nil : passed, formatValid: text != nil,
    cost: text == nil ? nil : cost)
}

private let runs: [PortContract<any Store>] = [
  PortContract("a run has a name and a note until they are taken away") { store in
    let run = try await store.beginRun(draft("a"))
    try same(run.labels, RunLabels())
    let labels = RunLabels(name: "before é", note: "line\nline")
    try await store.setLabels(labels, of: run.id)
    try same(try await store.runs().map(\.labels), [labels])
    try await store.setLabels(RunLabels(), of: run.id)
    try same(try await store.runs().map(\.labels), [RunLabels()])
  },
  PortContract("what a judge's model replied stays, and its votes are read as they were written") { store in
    let run = try await store.beginRun(draft("a"))
    let reply = Answer(text: "{\"label\": \"pass\"}", usage: TokenUsage(prompt: 3, completion: 4), latency: 1)
    try await store.keep(reply, key: hash("judged"), of: "fair")
    try await store.keep(reply, key: hash("judged"), of: "fair")
    try await store.removeSurplus()
    try same(try await store.answers(to: [hash("judged")]), [hash("judged"): reply])
    var (scored, unscored) = (
      Score(grader: "judge", value: 1, passed: true, reason: "r"), Score(grader: "j", unscored: "u")
    )
    var vote = JudgeReply(model: "m", label: "pass", reason: "good\0")
    vote.cost = 0.25
    (scored.replies, unscored.replies) = ([vote], [JudgeReply(model: "m", raw: "I can't\nsay")])
    var judged = output("1")
    judged.scores = [scored, unscored]
    _ = try await store.record([judged], ungraded: [], in: run.id, seconds: 1)
    try same(try await store.outputs(of: run.id).first?.scores, [scored, unscored])
  },
  PortContract("a deleted run takes its outputs along and leaves its answers") { store in
    let (first, second) = (try await store.beginRun(draft("a")), try await store.beginRun(draft("b")))
    _ = try await store.record([output("1"), output("2")], ungraded: [], in: first.id, seconds: 1)
    _ = try await store.record([output("3")], ungraded: [], in: second.id, seconds: 1)
    try same(try await store.surplus(), StoreSurplus(answers: 0, versions: 0, bytes: 0))
    try await store.delete(first.id)
    try same(try await store.runs().map(\.id), [second.id])
    try hold(try await store.outputs(of: first.id).isEmpty, "its outputs are gone")
    try same(try await store.answers(to: [hash("key 1 0")]).count, 1)
    let surplus = try await store.surplus()
    try same([surplus.answers, surplus.versions], [2, 1])
    try await store.removeSurplus()
    try same(try await store.surplus(), StoreSurplus(answers: 0, versions: 0, bytes: 0))
    try hold(try await store.answers(to: [hash("key 1 0")]).isEmpty, "what nobody needs is gone")
    try same(try await store.answers(to: [hash("key 3 0")]).count, 1)
    try same(try await store.versions().map(\.id), [second.promptVersion])
    let third = try await store.beginRun(draft("a"))
    try hold(third.id.number > second.id.number, "a number is never given twice")
  },
  PortContract("failures are counted by their reasons") { store in
    let run = try await store.beginRun(draft("a"))
    _ = try await store.record(
      [output("1", nil), output("2", nil), output("3")], ungraded: [], in: run.id, seconds: 1)
    let failures = try await store.failures(of: run.id)
    try same(failures.map(\.reason), ["no"])
    try same(failures.map(\.count), [2])
  },
  PortContract("one identity is one run") { store in
    let first = try await store.beginRun(draft("a"))
    try same(try await store.beginRun(draft("a")).id, first.id)
    let second = try await store.beginRun(draft("b"))
    try hold(second.id != first.id, "another identity is another run")
    try same(try await store.runs().map(\.id), [second.id, first.id], "newest first")
    try same(first.state, .running, "a run begins as one that is worked on")
    try same(first.variant, draft("a").variant)
    try same([first.cases, first.repeats, first.firstSample], [3, 1, 0])
    try same(try await store.versions().map(\.version), [second, first].map { draft($0.variant.name).version })
  },
  PortContract("a version is kept once, with its first use") { store in
    _ = try await store.beginRun(draft("a", base: "x"))
    _ = try await store.beginRun(draft("b", base: "x"))
    try same(try await store.versions().map(\.created), [Date(timeIntervalSince1970: 1000)])
  },
  PortContract("a run's state is changed") { store in
    let run = try await store.beginRun(draft("a"))
    for state in [Run.State.paused, .running, .finished] {
      try await store.setState(state, of: run.id)
      try same(try await store.runs().map(\.state), [state])
    }
    try same(try await store.beginRun(draft("a")).state, .finished, "beginning it again changes nothing")
  },
  PortContract("what concerns no run is refused") { store in
    let none = RunID(77)
    try await refused("a state") { try await store.setState(.paused, of: none) }
    try await refused("an output") { _ = try await store.record([output("c")], ungraded: [], in: none, seconds: 0) }
    try await refused("a price") { _ = try await store.price(none) { _ in 1 } }
    try same(try await store.outputs(of: none), [])
    try same(try await store.asked(in: none).count, 0)
  },
  PortContract("the newest run of a subject is found by its repeats") { store in
    _ = try await store.beginRun(draft("a", base: "x"))
    let second = try await store.beginRun(draft("b", base: "x", firstSample: 1))
    let third = try await store.beginRun(draft("c", base: "x", repeats: 3))
    _ = try await store.beginRun(draft("d", base: "y"))
    try same(try await store.newestRun(base: hash("x"), repeats: 1)?.id, second.id)
    try same(try await store.newestRun(base: hash("x"), repeats: 3)?.id, third.id)
    try same(try await store.newestRun(base: hash("x"), repeats: 2)?.id, nil)
    try same(try await store.newestRun(base: hash("z"), repeats: 1)?.id, nil)
  },
  PortContract("an unused sample number is beyond all that were used") { store in
    try same(try await store.unusedSample(), 1)
    _ = try await store.beginRun(draft("a"))
    try same(try await store.unusedSample(), 1)
    _ = try await store.beginRun(draft("b", firstSample: 4, repeats: 3))
    try same(try await store.unusedSample(), 7)
  },
  PortContract("one at a time works on a run") { store in
    let (a, b) = (try await store.beginRun(draft("a")).id, try await store.beginRun(draft("b")).id)
    var claim = try await store.claim(a)
    try hold(claim != nil, "a run that nobody works on can be had")
    try hold(try await store.claim(a) == nil, "a run is given to one")
    try hold(try await store.claim(b) != nil, "another run is another right")
    claim = nil
    try hold(try await store.claim(a) != nil, "a right that was dropped can be had again")
  },
]

private let outputs: [PortContract<any Store>] = [
  PortContract("outputs come back as they were, in the order in which they were recorded") { store in
    let run = try await store.beginRun(draft("a")).id
    let batch = [output("c2", "作 \n\0 é"), output("c1", passed: false), output("c3", nil)]
    _ = try await store.record(batch, ungraded: [], in: run, seconds: 1)
    try same(try await store.outputs(of: run), batch)
    let later = output("c2", "again")
    _ = try await store.record([later], ungraded: [], in: run, seconds: 1)
    try same(try await store.outputs(of: run), [batch[1], batch[2], later], "recorded again it stands later")
    try same(try await store.outputs(of: try await store.beginRun(draft("b")).id), [])
  },
  PortContract("a summary is what its outputs are, and stands in the run") { store in
    let run = try await store.beginRun(draft("a")).id
    _ = try await store.record([output("c1"), output("c2", passed: false)], ungraded: [], in: run, seconds: 1.5)
    let summary = try await store.record([output("c3", nil)], ungraded: [], in: run, seconds: 2)
    try same([summary.done, summary.passed, summary.errors], [2, 1, 1])
    try same(summary.mean, 0.5)
    try same(summary.cost, 1)
    let kept = try await store.runs().first
    try same(kept?.summary, summary)
    try same(kept?.seconds, 3.5, "the time of all batches")
    let better = try await store.record([output("c3")], ungraded: [], in: run, seconds: 0)
    try same([better.done, better.passed, better.errors], [3, 2, 0], "what was answered later counts")
    try same(try await store.record([], ungraded: [], in: run, seconds: 0), better, "nothing changes nothing")
  },
  PortContract("an answer is found by its request, whoever asked") { store in
    let run = try await store.beginRun(draft("a")).id
    let graded = output("c1")
    let other = Answer(text: "kept", usage: TokenUsage(prompt: 1, completion: 1))
    _ = try await store.record([graded], ungraded: [(hash("u"), other)], in: run, seconds: 0)
    let found = try await store.answers(to: [graded.requestKey, hash("u"), hash("none")])
    try same(found[graded.requestKey]?.text, "yes")
    try same(found[hash("u")]?.text, "kept", "an answer that isn't graded yet is kept")
    try same(found.count, 2)
    try same(try await store.asked(in: run).count, 1, "an answer that isn't graded is no output")
    let many = (0..<1200).map { hash("\($0)") }
    try same(try await store.answers(to: many + [hash("u")]).count, 1)
  },
  PortContract("what was asked is told without its texts") { store in
    let run = try await store.beginRun(draft("a", repeats: 2)).id
    _ = try await store.record(
      [output("c1"), output("c1", sample: 1), output("c2", nil)], ungraded: [], in: run, seconds: 0)
    let asked = try await store.asked(in: run).map { "\($0.caseID) \($0.sample) \($0.isAnswered)" }
    try same(asked.sorted(), ["c1 0 true", "c1 1 true", "c2 0 false"])
    try same(try await store.finishReasons(in: run), ["stop": 2])
  },
  PortContract("a price that comes later is filled in where there is none") { store in
    let run = try await store.beginRun(draft("a")).id
    _ = try await store.record([output("c1", cost: nil), output("c2", cost: 4)], ungraded: [], in: run, seconds: 0)
    let summary = try await store.price(run) { usage in usage.prompt.map { Double($0) } }
    try same(summary.cost, 14)
    try same(try await store.outputs(of: run).map(\.cost), [10, 4])
    try same(try await store.runs().first?.summary, summary, "the run has it, too")
  },
]

private let others: [PortContract<any Store>] = [
  PortContract("jobs are kept, newest first") { store in
    func job(_ base: String) -> JobDraft {
      JobDraft(
        backend: "mlx", base: base, data: "train.jsonl", settings: TrainingSettings(),
        created: Date(timeIntervalSince1970: 5), sweep: "s")
    }
    let first = try await store.beginJob(job("a"))
    var second = try await store.beginJob(job("b"))
    try same(first.state, .queued)
    try hold(second.id.number > first.id.number, "a number is higher than all before")
    second.state = .failed
    second.trainLoss = .infinity
    second.best = TrainingJob.Best(step: 3)
    second.message = "Why é"
    try await store.update(second)
    try same(try await store.jobs(), [second, first])
    let none = TrainingJob(
      id: JobID(77), backend: "mlx", base: "a", data: "", settings: TrainingSettings(), state: .queued,
      created: Date(timeIntervalSince1970: 5))
    try await refused("what concerns no job") { try await store.update(none) }
    try await refused("going on with no job") { try await store.reopen(none.id) }
    try await refused("a choice for no job") {
      try await store.choose(TrainingJob.Best(step: 1), adapter: nil, of: none.id)
    }
  },
  PortContract("several processes may write what a job's folder says, and none undoes another's word") { store in
    let settings = TrainingSettings()
    let job = try await store.beginJob(
      JobDraft(
        backend: "openai", base: "b", data: "train.jsonl", settings: settings, created: Date(timeIntervalSince1970: 5)))
    var running = job
    (running.state, running.step, running.adapter, running.best) = (.running, 5, "ft:a", .init(step: 5))
    try await store.update(running)
    var ended = running
    (ended.state, ended.step, ended.message) = (.finished, 9, "9 steps are done.")
    try await store.update(ended)
    try await store.update(running)
    try same(try await newestJob(of: store), ended, "one that looked earlier and writes later changes nothing")

    try await store.choose(TrainingJob.Best(step: 3, validationLoss: 0.5), adapter: "ft:a:3", of: job.id)
    (ended.best, ended.adapter, ended.step) = (.init(step: 9), "ft:a", 10)
    try await store.update(ended)
    let chosen = try await newestJob(of: store)
    try same(chosen?.adapter, "ft:a:3", "what was chosen stays")
    try same(chosen?.best, TrainingJob.Best(step: 3, validationLoss: 0.5))
    try same(chosen?.chosen, 3)
    try same(chosen?.step, 10, "and the rest is noted")

    var other = ended
    (other.base, other.data, other.backend, other.settings.rank) = ("x", "y", "mlx", 99)
    try await store.update(other)
    let made = try await newestJob(of: store)
    try same(made?.base, "b", "what a job was made with never changes")
    try same(made?.settings, settings)

    try await store.reopen(job.id)
    let again = try await newestJob(of: store)
    try same(again?.state, .queued)
    try same(again?.message, nil)
    try same(again?.chosen, nil)
    try await store.update(running)
    try same(try await newestJob(of: store)?.adapter, "ft:a", "a job that goes on tells its best again")
  },
  PortContract("a batch is kept by its label until it is over") { store in
    let run = try await store.beginRun(draft("a")).id
    let other = try await store.beginRun(draft("b")).id
    func batch(_ label: String, _ run: RunID, at time: Double) -> BatchRecord {
      BatchRecord(
        label: label, run: run, file: "f", batch: nil, requests: 2, created: Date(timeIntervalSince1970: time),
        isOver: false)
    }
    try await store.keep(batch("y", run, at: 2))
    try await store.keep(batch("x", run, at: 1))
    try await store.keep(batch("z", other, at: 3))
    try same(try await store.openBatches(of: nil).map(\.label), ["x", "y", "z"], "oldest first")
    try same(try await store.openBatches(of: run).map(\.label), ["x", "y"])
    var known = batch("y", run, at: 2)
    known.batch = "b1"
    try await store.keep(known)
    try same(try await store.openBatches(of: run).map(\.batch), [nil, "b1"])
    known.isOver = true
    try await store.keep(known)
    try same(try await store.openBatches(of: run).map(\.label), ["x"])
  },
  PortContract("the last finding takes the place of the one before") { store in
    let (one, two) = (try await store.beginRun(draft("a")).id, try await store.beginRun(draft("b")).id)
    func preference(_ better: Preference.Better, at time: Double) -> Preference {
      Preference(
        set: "main", caseID: "c", input: hash("i"), a: OutputPlace(run: two), b: OutputPlace(run: one),
        better: better, time: Date(timeIntervalSince1970: time))
    }
    func correction(_ text: String) -> Correction {
      Correction(
        set: "main", caseID: "c", input: hash("i"), text: text, source: OutputPlace(run: one, sample: 1),
        time: Date(timeIntervalSince1970: 1))
    }
    try hold(try await store.reviews().isEmpty, "a new store has none")
    try await store.keep(preference(.a, at: 1))
    try await store.keep(preference(.neither, at: 2))
    try await store.keep(correction("first"))
    try await store.keep(correction("second é"))
    let kept = try await store.reviews()
    try same(kept.preferences, [preference(.neither, at: 2)])
    try same(kept.corrections, [correction("second é")])
    let (a, b) = (preference(.a, at: 1).a, preference(.a, at: 1).b)
    try await store.removePreference(set: "other", caseID: "c", a: a, b: b)
    try await store.removeCorrection(set: "main", caseID: "d")
    try hold(try await store.reviews().preferences.count == 1, "another set is another finding")
    try await store.removePreference(set: "main", caseID: "c", a: a, b: b)
    try await store.removeCorrection(set: "main", caseID: "c")
    try hold(try await store.reviews().isEmpty, "what was taken back is gone")
    func mark(_ mode: String, at time: Double) -> FailureMark {
      FailureMark(
        set: "main", caseID: "c", input: hash("i"), place: OutputPlace(run: one, sample: 1), mode: mode,
        time: Date(timeIntervalSince1970: time))
    }
    try await store.keep(mark("wrong tone", at: 1))
    try await store.keep(mark("wrong tone", at: 2))
    try await store.keep(mark("Ton é", at: 3))
    try same(try await store.reviews().failures, [mark("Ton é", at: 3), mark("wrong tone", at: 2)])
    try await store.remove(mark("Ton é", at: 9))
    try same(try await store.reviews().failures, [mark("wrong tone", at: 2)])
    try await store.remove(mark("wrong tone", at: 2))
    try hold(try await store.reviews().isEmpty, "what was taken back is gone")
  },
  PortContract("what a model was seen to do is kept by its place") { store in
    var probe = ModelProbe(time: Date(timeIntervalSince1970: 1), latency: 0.25)
    probe.findings = [.seed: .ignored]
    try await store.keep(probe, of: hash("m"))
    probe.findings = [.seed: .works]
    try await store.keep(probe, of: hash("m"))
    try same(try await store.probes(), [hash("m"): probe])
  },
]

private func newestJob(of store: any Store) async throws -> TrainingJob? { try await store.jobs().first }
