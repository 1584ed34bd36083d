import Domain
import Foundation
import Processes
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

/// Another trainer, which is a shell script here, from the plan to the adapter.
@Suite struct CommandWorkTests {
  private let workspace = temporaryPath("workspace")

  private var folder: JobFolder { JobFolder(path: workspace + "/job") }

  private func write(_ text: String, _ name: String) throws {
    let path = workspace + "/" + name
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func plan(_ command: TrainerCommand, _ settings: TrainingSettings = TrainingSettings()) throws -> TrainingPlan
  {
    try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
    let row = TrainingRow(messages: [
      ChatMessage(role: .user, content: "q"), ChatMessage(role: .assistant, content: "a"),
    ])
    return TrainingPlan(
      folder: folder.path, backend: .command(command), base: "org/model-1B", settings: settings,
      rows: [TrainingRow](repeating: row, count: 10), validationRows: [row], workspace: workspace)
  }

  private func script(_ text: String) throws -> TrainerCommand {
    try write(text, "train.sh")
    return TrainerCommand(run: ["sh", workspace + "/train.sh", "{output}"])
  }

  /// Works on a command as the runner does, and gives what was told.
  private func run(
    _ command: TrainerCommand, stops: AsyncStream<Void> = AsyncStream { _ in }, _ settings: TrainingSettings = .init()
  ) async throws -> JobDetail {
    let work = try CommandPlan(plan: plan(command, settings), command: command).work()
    return try await run(work, stops: stops)
  }

  private func run(
    _ work: CommandWork, stops: AsyncStream<Void> = AsyncStream { _ in }, queue: MachineQueue? = nil
  ) async throws -> JobDetail {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    var job = JobFolder.Job(work: .command(work), workspace: workspace, number: 1)
    job.order.waits = queue != nil
    try folder.write(job, to: folder.job)
    try folder.sign(with: OpenSigner())
    try await JobRunner.run(
      folder, signer: OpenSigner(), stops: stops, patience: StopPatience(.seconds(10)), queue: queue ?? .standard())
    return detail()
  }

  private func detail() -> JobDetail {
    var detail = JobDetail(
      job: TrainingJob(
        id: JobID(1), backend: "command", base: "m", data: "", settings: TrainingSettings(), state: .queued,
        created: Date()))
    var tail = FileTail(path: folder.events, offset: 0)
    let exit = folder.read(folder.exit, as: JobFolder.Exit.self)
    let events = tail.lines(includingTorn: false).compactMap { EventFile.event($0) }
    detail.apply(
      TrainerObservation(events: events, isAlive: false, exitStatus: exit?.status, log: []))
    return detail
  }

  // MARK: Fields

  @Test func fieldsAreFilled() throws {
    try write(
      "model: {model}\nlr: {learning_rate}\nrows: {train}\nsteps: {steps}\nkeep: {{ x }} {{model}} ${model} {a: 1} {unknown}\nslip: {modle}\n",
      "conf/train.yaml")
    try write("{\"file\": \"{valid}\", \"more\": {\"rank\": {rank}}}", "conf/more.json")
    var settings = TrainingSettings()
    settings.learningRate = 1e-5
    settings.epochs = 2
    settings.batchSize = 4
    var command = TrainerCommand(
      run: ["sh", "-c", "a {rank} {alpha} {seed} {epochs}", "{config}/train.yaml"], log: "{output}/runs",
      config: "conf", environment: ["OUT": "{output}"])
    let work = try CommandPlan(plan: plan(command, settings), command: command).work()
    #expect(work.arguments.first?.hasSuffix("/sh") == true)
    #expect(Array(work.arguments.dropFirst()) == ["-c", "a 8 16 0 2", folder.path + "/config/conf/train.yaml"])
    #expect(work.log == folder.output + "/runs" && work.adapter == folder.output)
    #expect(work.environment == ["OUT": folder.output])
    #expect(work.steps == 6)
    let text = try String(contentsOfFile: folder.path + "/config/conf/train.yaml", encoding: .utf8)
    #expect(
      text == "model: org/model-1B\nlr: 0.00001\nrows: \(folder.train)\nsteps: 6\n"
        + "keep: {{ x }} {{model}} ${model} {a: 1} {unknown}\nslip: {modle}\n")
    #expect(work.warnings.count == 1 && work.warnings.first?.contains("{model}") == true)
    let more = try String(contentsOfFile: folder.path + "/config/conf/more.json", encoding: .utf8)
    #expect(more == "{\"file\": \"\(folder.valid)\", \"more\": {\"rank\": 8}}")
    // A file alone.
    command.config = "conf/train.yaml"
    command.run = ["sh", "{config}"]
    let single = try CommandPlan(plan: plan(command, settings), command: command).work()
    #expect(single.arguments.last == folder.path + "/config/train.yaml")
  }

  @Test func numbersHaveNoExponent() {
    #expect(
      [1e-4, 1e-5, 2.5e-7, 3, 0.1, 1e-10, 1e6].map { SettingValue.number($0).text }
        == ["0.0001", "0.00001", "0.00000025", "3", "0.1", "0.0000000001", "1000000"])
  }

  @Test(arguments: [
    (TrainerCommand(run: []), "no `run`"), (TrainerCommand(run: ["no-such-program-x"]), "can't be found"),
    (TrainerCommand(run: ["sh", "{modle}"]), "{modle}"), (TrainerCommand(run: ["sh", "{config}"]), "no `config`"),
    (TrainerCommand(run: ["sh"], config: "gone.yaml"), "isn't there"),
    (TrainerCommand(run: ["./gone.sh"]), "/gone.sh can't be found"),
  ])
  func whatCannotBeRunIsSaid(_ command: TrainerCommand, _ part: String) throws {
    let plan = try plan(command)
    let error = #expect(throws: TrainerFailure.self) { try CommandPlan(plan: plan, command: command).work() }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  // MARK: Logs

  @Test func aTrainerLogIsTranslated() async throws {
    let detail = try await run(
      script(
        """
        for step in 5 10; do
          echo "{\\"current_steps\\": $step, \\"total_steps\\": 10, \\"loss\\": 1.$step, \\"lr\\": 0.1}" >> $1/trainer_log.jsonl
          echo "{\\"current_steps\\": $step, \\"total_steps\\": 10, \\"eval_loss\\": 2.$step}" >> $1/trainer_log.jsonl
        done
        touch $1/adapter_model.safetensors
        """))
    #expect(detail.metrics.map(\.step) == [5, 10])
    #expect(detail.validations.map(\.step) == [5, 10])
    #expect(detail.job.steps == 10)
    #expect(detail.job.state == .finished)
    #expect(detail.job.message == "10 steps are done.")
    #expect(detail.job.adapter == ".assay/jobs/1/best")
    #expect(detail.checkpoints == [Checkpoint(step: 10, path: "output", validationLoss: 2.1, isBest: true)])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/best") == "output")
  }

  @Test func checkpointsOfTransformersAreRegistered() async throws {
    let detail = try await run(
      script(
        """
        state() { echo "{\\"max_steps\\": 6, \\"log_history\\": [{\\"step\\": 3, \\"loss\\": 2, \\"eval_loss\\": 1}$2]}" > $1/trainer_state.json; }
        mkdir $1/checkpoint-3 $1/checkpoint-6 $1/checkpoint-9 $1/checkpoint-x
        touch $1/checkpoint-3/adapter_model.safetensors $1/checkpoint-6/adapter_model.safetensors
        state $1/checkpoint-3
        state $1/checkpoint-6 ', {"step": 6, "loss": 1, "eval_loss": 1.5}'
        touch $1/checkpoint-9/adapter_model.safetensors
        exit 3
        """))
    #expect(detail.job.state == .failed)
    #expect(
      detail.checkpoints == [
        Checkpoint(step: 3, path: "output/checkpoint-3", validationLoss: 1, isBest: true),
        Checkpoint(step: 6, path: "output/checkpoint-6", validationLoss: 1.5),
      ])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/best") == "output/checkpoint-3")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/last") == "output/checkpoint-6")
  }

  @Test func theBestCheckpointHasTheLowestLossThatIsANumber() async throws {
    let detail = try await run(
      script(
        """
        mkdir $1/checkpoint-3
        touch $1/checkpoint-3/adapter_model.safetensors $1/adapter_model.safetensors
        echo '{"max_steps": 9, "log_history": [{"step": 3, "eval_loss": 1}]}' > $1/checkpoint-3/trainer_state.json
        echo '{"current_steps": 9, "total_steps": 9, "loss": NaN, "eval_loss": NaN}' >> $1/trainer_log.jsonl
        """))
    #expect(detail.job.state == .finished)
    #expect(detail.checkpoints.map(\.step) == [3, 9] && detail.checkpoints.map(\.isBest) == [true, false])
    #expect(detail.checkpoints.last?.validationLoss?.isNaN == true)
    #expect(detail.job.trainLoss?.isNaN == true && detail.job.best?.step == 3)
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/best") == "output/checkpoint-3")
  }

  @Test func ourOwnWordsAreHandedOnAndChecked() async throws {
    let command = try script(
      """
      say() { printf '%s\\n' "$1" >> output/events.jsonl; }
      say '{"event": "start", "time": 1, "steps": 4, "first_step": 0}'
      say '{"event": "train", "time": 2, "step": 2, "loss": 1.5}'
      say 'nonsense'
      mkdir -p $1/a
      touch $1/a/model.safetensors
      say '{"event": "checkpoint", "time": 3, "step": 2, "path": "output/a", "best": true}'
      say '{"event": "checkpoint", "time": 3, "step": 3, "path": "../../..", "best": true}'
      say '{"event": "checkpoint", "time": 3, "step": 3, "path": "/etc", "best": true}'
      say '{"event": "end", "time": 4, "status": "finished", "message": "Enough.", "step": 2}'
      say '{"event": "train", "time": 5, "step": 4, "loss": 1}'
      """
    ).with(log: "{output}/events.jsonl", adapter: "{output}/a")
    let detail = try await run(command)
    #expect(detail.metrics.map(\.step) == [2, 4])
    #expect(detail.job.state == .finished && detail.job.message == "Enough.")
    #expect(detail.checkpoints.map(\.path) == ["output/a", "output/a"])
    #expect(detail.warnings.count == 2)
  }

  @Test func aTrainerMayWriteTheEventsItself() async throws {
    var command = try script(
      """
      echo '{"event": "start", "time": 1, "steps": 4}' >> events.jsonl
      echo '{"event": "train", "time": 2, "step": 4, "loss": 1.5}' >> events.jsonl
      touch $1/model.safetensors
      """)
    command.log = "events.jsonl"
    let detail = try await run(command)
    #expect(detail.metrics.map(\.step) == [4])
    #expect(detail.job.state == .finished)
    #expect(detail.checkpoints.map(\.step) == [4])
  }

  @Test func aLogThatIsBegunAnewIsAnotherStart() async throws {
    let detail = try await run(
      script(
        """
        for step in 2 4 6 1 3; do
          echo "{\\"current_steps\\": $step, \\"loss\\": 1}" >> $1/trainer_log.jsonl
        done
        touch $1/model.safetensors
        """))
    #expect(detail.metrics.map(\.step) == [1, 3])
  }

  // MARK: The end

  @Test func theNewestEpochIsTheAdapter() async throws {
    let detail = try await run(
      script(
        "mkdir $1/epoch_0 $1/epoch_10 $1/epoch_9 $1/logs\nfor e in 0 9 10; do touch $1/epoch_$e/adapter_model.pt; done\n"
          + "echo 'Step 12 | loss:1.5 lr:0.1 ' > $1/logs/log.txt"
      ).with(log: "{output}/logs/log.txt"))
    #expect(detail.metrics == [Metric(step: 12, loss: 1.5, learningRate: 0.1)])
    #expect(detail.checkpoints.map(\.path) == ["output/epoch_10"])
  }

  @Test func anAdapterThatIsNotThereIsSaid() async throws {
    let nothing = try await run(script("exit 0").with(adapter: "{output}/none"))
    #expect(nothing.job.state == .failed)
    #expect(nothing.job.message?.contains("left nothing at \(folder.output)/none") == true)
  }

  @Test func anEmptyPlaceIsSaid() async throws {
    let empty = try await run(script("touch $1/training_args.bin"))
    #expect(empty.job.state == .failed)
    #expect(empty.job.message?.contains("no weights") == true)
  }

  @Test func aPlaceOutsideIsRefused() async throws {
    let detail = try await run(script("rmdir $1; ln -s / $1"))
    #expect(detail.job.state == .failed)
    #expect(detail.job.message?.contains("no folder in the job's folder") == true)
    #expect(!folder.has(folder.path + "/best"))
  }

  @Test func aFailureIsExplainedByItsLog() async throws {
    let detail = try await run(
      script("echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.' >&2; exit 1"))
    #expect(detail.job.state == .failed)
    #expect(detail.job.message?.hasPrefix("The GPU's memory ran out (2.00 GiB more were wanted)") == true)
    #expect(folder.read(folder.exit, as: JobFolder.Exit.self)?.status == 1)
  }

  @Test func aFailureThatNobodyKnowsKeepsItsLastWords() async throws {
    let detail = try await run(script("echo 'Alas'; exit 4"))
    #expect(detail.job.state == .failed)
    #expect(detail.job.message?.contains("ended with status 4 without saying why") == true)
  }

  /// A job of which nothing was saved hasn't finished.
  @Test(arguments: [true, false]) func aStopIsToldAsItWasMeant(_ isSaved: Bool) async throws {
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let command = try script(
      """
      mkdir -p saved
      if [ \(isSaved) = true ]; then ln -s saved last; fi
      echo '{"current_steps": 3, "loss": 1}' >> $1/trainer_log.jsonl
      touch begun
      while :; do sleep 0.05; done
      """)
    let work = Task { try await run(command, stops: stops) }
    while !folder.has(folder.path + "/begun") { try await Task.sleep(for: .milliseconds(10)) }
    try folder.write(StopRequest(.finished, "Stopped after 2 hours, as asked."), to: folder.stop)
    stop.yield()
    let detail = try await work.value
    #expect(detail.job.state == (isSaved ? .finished : .canceled))
    #expect(detail.job.message == "Stopped after 2 hours, as asked.")
    #expect(detail.metrics.map(\.step) == [3])
    #expect(!folder.has(folder.begun))
  }

  @Test func aStopThatComesTooLateChangesNothing() async throws {
    let command = try script(
      """
      echo '{"current_steps": 4, "total_steps": 4, "loss": 1}' >> $1/trainer_log.jsonl
      touch $1/model.safetensors
      """)
    let work = try CommandPlan(plan: plan(command), command: command).work()
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    try folder.write(StopRequest.pause, to: folder.stop)
    let detail = try await run(work)
    #expect(detail.job.state == .finished && detail.job.message == "4 steps are done.")
  }

  /// The events of a job that was stopped at step 8, with a checkpoint at step 6.
  private func past() throws {
    try FileManager.default.createDirectory(atPath: folder.output, withIntermediateDirectories: true)
    let events = EventLog(folder.events)
    events.append(.start(TrainingStart(steps: 10)))
    for step in [2, 4, 6, 8] { events.append(.train(Metric(step: step, loss: 2))) }
    events.append(.validation(step: 6, loss: 0.5))
    events.append(.checkpoint(Checkpoint(step: 6, path: "output/checkpoint-6", validationLoss: 0.5, isBest: true)))
    events.append(.paused(message: nil, step: 8))
  }

  @Test func aTrainerThatGoesOnKeepsItsCurves() async throws {
    try past()
    let detail = try await run(
      script(
        """
        for step in 8 10; do echo "{\\"current_steps\\": $step, \\"loss\\": 1}" >> $1/trainer_log.jsonl; done
        mkdir $1/checkpoint-8
        touch $1/checkpoint-8/model.safetensors
        echo '{"max_steps": 10, "log_history": [{"step": 8, "eval_loss": 0.75}]}' > $1/checkpoint-8/trainer_state.json
        exit 3
        """))
    #expect(detail.metrics.map(\.step) == [2, 4, 6, 8, 10])
    #expect(detail.metrics.map(\.loss) == [2, 2, 2, 1, 1])
    #expect(detail.validations.map(\.step) == [6])
    #expect(detail.checkpoints.map(\.step) == [6, 8])
    // It isn't better than what was saved before.
    #expect(detail.checkpoints.map(\.isBest) == [true, false])
    #expect(detail.start?.firstStep == 7)
  }

  @Test func aTrainerThatBeginsAnewIsSaidTo() async throws {
    try past()
    let detail = try await run(
      script(
        """
        echo '{"current_steps": 2, "loss": 1}' >> $1/trainer_log.jsonl
        exit 3
        """))
    #expect(detail.metrics.map(\.step) == [2] && detail.checkpoints.isEmpty)
    #expect(detail.start?.firstStep == 0)
    #expect(detail.marks.contains { $0.text.contains("from the beginning") })
  }

  @Test(.enabled(if: Program.find("python3", path: ProcessInfo.processInfo.environment["PATH"]) != nil))
  func theMachineIsWatched() async throws {
    let detail = try await run(
      script(
        """
        i=0
        while [ $i -lt 600 ] && ! grep -q '"system"' events.jsonl; do sleep 0.1; i=$((i + 1)); done
        touch $1/model.safetensors
        """))
    #expect(detail.system.contains { $0.use.memory ?? 0 > 0 })
  }

  @Test func aCompanionThatCannotBeStartedIsSaid() async throws {
    let command = try script("touch $1/model.safetensors")
    let work = try CommandPlan(plan: plan(command), command: command).work()
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    var job = JobFolder.Job(work: .command(work), workspace: workspace, number: 1)
    job.order.waits = false
    job.companion = ProgramWork(Program("/nowhere/assay"))
    try folder.write(job, to: folder.job)
    try folder.sign(with: OpenSigner())
    try await JobRunner.run(folder, signer: OpenSigner(), stops: AsyncStream { _ in })
    #expect(detail().job.state == .finished)
    #expect(detail().warnings.contains { $0.hasPrefix("Its checkpoints aren't evaluated: ") })
  }

  /// The hours of earlier starts count, and those between them don't.
  @Test func theHoursCountOverPauses() async throws {
    let command = try script("while :; do sleep 0.05; done")
    let work = try CommandPlan(plan: plan(command), command: command).work()
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    var job = JobFolder.Job(work: .command(work), workspace: workspace, number: 1)
    job.order.waits = false
    job.maxHours = 2
    try folder.write(job, to: folder.job)
    try folder.sign(with: OpenSigner())
    try folder.write(WorkedTime(seconds: 7_200), to: folder.started)
    try await JobRunner.run(folder, signer: OpenSigner(), stops: AsyncStream { _ in })
    #expect(detail().job.state == .canceled && detail().job.message == "Stopped after 2 hours, as asked.")
    let worked = try #require(folder.read(folder.started, as: WorkedTime.self))
    #expect(worked.seconds >= 7_200 && worked.began == nil)
    // The end of this one was noted by nobody but the last event.
    try folder.write(WorkedTime(seconds: 100, began: 1_000), to: folder.started)
    EventLog(folder.events).append(.note("x"), at: 1_060)
    folder.endWork()
    #expect(folder.read(folder.started, as: WorkedTime.self) == WorkedTime(seconds: 160))
    #expect(WorkedTime(seconds: 100, began: 1_000).worked(until: Date(timeIntervalSince1970: 1_010)) == 110)
  }

  @Test func aTrainerWhoseRunnerWasKilledIsStopped() async throws {
    let command = try script("touch $1/ready; while :; do sleep 0.05; done")
    let work = try CommandPlan(plan: plan(command), command: command).work()
    try FileManager.default.createDirectory(atPath: folder.output, withIntermediateDirectories: true)
    let job = JobFolder.Job(work: .command(work), workspace: workspace, number: 1)
    try folder.write(job, to: folder.job)
    try folder.sign(with: OpenSigner())
    let trainer = try await Program(work.arguments[0], Array(work.arguments.dropFirst()))
      .spawnDetached(appendingTo: folder.log)
    while !folder.has(folder.output + "/ready") { try await Task.sleep(for: .milliseconds(10)) }
    var gone = ProcessIdentity.current
    gone.started += 1
    try folder.write(trainer, to: folder.begun)
    try folder.write(JobFolder.Processes(runner: gone, trainer: trainer), to: folder.processes)
    try await DetachedTrainer(executable: "/nowhere/assay", signer: OpenSigner()).stop(folder: folder.path, .cancel)
    #expect(await trainer.waitForEnd(atMost: .seconds(30)))
  }

  @Test func aProgramThatWasBegunIsNotBegunTwice() async throws {
    let command = try script(
      """
      echo x >> $1/begun
      while [ ! -e $1/go ]; do sleep 0.05; done
      echo '{"current_steps": 7, "total_steps": 7, "loss": 1}' >> $1/trainer_log.jsonl
      touch $1/model.safetensors
      """)
    let work = try CommandPlan(plan: plan(command), command: command).work()
    // Begun by a runner that was killed.
    try FileManager.default.createDirectory(atPath: folder.output, withIntermediateDirectories: true)
    try Data("{\"current_steps\": 3, \"total_steps\": 7, \"loss\": 2}\n".utf8)
      .write(to: URL(fileURLWithPath: folder.output + "/trainer_log.jsonl"))
    let events = EventLog(folder.events)
    events.append(.start(TrainingStart(steps: 7)))
    events.append(.train(Metric(step: 3, loss: 2)))
    let trainer = try await Program(work.arguments[0], Array(work.arguments.dropFirst()))
      .spawnDetached(appendingTo: folder.log)
    try folder.write(trainer, to: folder.begun)
    let again = Task { try await run(work) }
    while folder.read(folder.processes, as: JobFolder.Processes.self)?.trainer != trainer {
      try await Task.sleep(for: .milliseconds(10))
    }
    try Data().write(to: URL(fileURLWithPath: folder.output + "/go"))
    let detail = try await again.value
    #expect(detail.metrics.map(\.step) == [3, 7])
    #expect(detail.job.state == .finished)
    #expect(detail.checkpoints.map(\.step) == [7])
    #expect(try String(contentsOfFile: folder.output + "/begun", encoding: .utf8) == "x\n")
  }

  /// Begun by a runner that was killed, and ended while nobody followed it.
  @Test(arguments: [(true, TrainingJob.State.finished), (false, .failed)])
  func whatEndedUnseenIsTakenIn(_ isWhole: Bool, _ state: TrainingJob.State) async throws {
    let command = try script("touch $1/begun-again")
    let work = try CommandPlan(plan: plan(command), command: command).work()
    try FileManager.default.createDirectory(atPath: folder.output, withIntermediateDirectories: true)
    let step = isWhole ? work.steps : 1
    try Data("{\"current_steps\": \(step), \"loss\": 2}\n".utf8)
      .write(to: URL(fileURLWithPath: folder.output + "/trainer_log.jsonl"))
    try Data().write(to: URL(fileURLWithPath: folder.output + "/model.safetensors"))
    var gone = ProcessIdentity.current
    gone.started += 1
    try folder.write(gone, to: folder.begun)
    // It has had its turn in the queue, which another job has now.
    let queue = MachineQueue(folder: temporaryPath("queue"))
    let slot = try await queue.enter(QueueTicket(workspace: "/w", job: "2"), stops: AsyncStream { _ in })
    let detail = try await run(work, queue: queue)
    withExtendedLifetime(slot) {}
    #expect(detail.metrics.map(\.step) == [step])
    #expect(detail.job.state == state, "\(detail.job.message ?? "")")
    #expect(!folder.has(folder.output + "/begun-again"))
    #expect(!folder.has(folder.begun))
  }
}

extension TrainerCommand {
  fileprivate func with(log: String? = nil, adapter: String? = nil) -> TrainerCommand {
    var command = self
    command.log = log ?? command.log
    command.adapter = adapter ?? command.adapter
    return command
  }
}
