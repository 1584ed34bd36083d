/// What is known of trainers' complaints: each rule turns one into a sentence, or leaves it.
enum LogRules {
  typealias Rule = @Sendable (LogMatch) -> String?

  /// What ends a job, the more special first.
  static let causes: [Rule] = [
    hostMemory, gpuMemory, noNumber, noSpace, gated, missingModel, unreachable, dataRow, missingPackage, noGPU, port,
    missingProgram, missingFile, permission,
  ]
  /// What is seen of a job of several processes of which one has come to its end for a cause of its own.
  static let consequences: [Rule] = [processGone, processKilled]

  static let killed =
    "The trainer was killed (signal 9), most likely because the machine's memory ran out: give it more memory, or lower "
    + "`batch_size` or `max_tokens`, or take a smaller model."

  /// A part of a sentence, where it is known.
  private static func inBrackets(_ part: String?) -> String { part.map { " (\($0))" } ?? "" }

  private static let gpuMemory: Rule = { complaint in
    let line = complaint.line
    guard
      line.has(
        "cuda out of memory", "cuda error: out of memory", "hip out of memory", "mps backend out of memory",
        "outofmemoryerror", "callbackerroroutofmemory", "command buffer execution failed: insufficient memory",
        "cublas_status_alloc_failed", "[metal::malloc]", "cudamalloc failed: out of memory")
        || (line.has("[malloc") && line.has("unable to allocate"))
    else { return nil }
    let wanted = line.amount(after: "ried to allocate ")
    let total = line.amount(after: "total capacity of ") ?? line.amount(after: "total capacty of ")
    let detail =
      switch (wanted, total) {
      case (let wanted?, let total?): "\(wanted) more were wanted, of \(total) in all"
      case (let wanted?, nil): "\(wanted) more were wanted"
      default: String?.none
      }
    return "The GPU's memory ran out\(inBrackets(detail)): lower `batch_size` or `max_tokens`, turn on "
      + "`gradient_checkpointing`, or take a smaller or quantized model."
  }

  private static let hostMemory: Rule = { complaint in
    let line = complaint.line
    guard
      line.has(
        "defaultcpuallocator", "cannot allocate memory", "std::bad_alloc", "oom_kill event", "oom-kill",
        "out of memory: killed process", "arraymemoryerror", "_arraymemoryerror")
        || (line.lower.hasSuffix("memoryerror") && !line.has("outofmemory"))
        || line.lower.contains("memoryerror: unable to allocate")
        || line.lower.hasPrefix("memoryerror")
    else { return nil }
    return "The machine's memory ran out: lower `batch_size` or `max_tokens`, take a smaller model, or close what else "
      + "takes memory."
  }

  /// As losses are printed: `'loss': nan`, `"loss": "NaN"`, `Train loss nan`, `loss=inf`, `Val loss inf`.
  private static let noNumber: Rule = { complaint in
    let line = complaint.line
    let isLoss = LossText.isNoNumber(line.lower)
    guard
      isLoss
        || line.has(
          "probability tensor contains either `inf`, `nan`", "current loss scale already at minimum", "loss is nan",
          "loss is inf", "nan loss", "non-finite loss")
    else { return nil }
    return "The loss stopped being a number: lower `learning_rate`, for example to a tenth, or add `warmup_steps`, and "
      + "look for empty or broken rows."
  }

  private static let noSpace: Rule = { complaint in
    let line = complaint.line
    let isQuota = line.has("disk quota exceeded", "errno 122")
    guard
      isQuota || line.has("no space left on device", "errno 28]", "storagefull")
        || (line.has("inline_container.cc", "pytorchstreamwriter") && line.has("file write failed", "unexpected pos"))
    else { return nil }
    let place = line.quoted(after: "No space left on device:") ?? line.quoted(after: "Disk quota exceeded:")
    let what = isQuota ? "Your share of the disk is used up" : "The disk is full"
    return
      "\(what)\(inBrackets(place)), so a checkpoint or a cache could not be written: free some space, or save less "
      + "often with a larger `evaluate_every`, and start the job again."
  }

  private static let gated: Rule = { complaint in
    guard
      complaint.line.has(
        "gatedrepoerror", "cannot access gated repo", "you are trying to access a gated repo", "401 client error",
        "403 client error")
    else { return nil }
    let model = complaint.near { $0.part(after: "Access to model ", before: " is restricted") }
    return "The hub doesn't give out the model\(model.map { " \($0)" } ?? ""): its name may be wrong, or it must be "
      + "asked for on its page, with a token in HF_TOKEN."
  }

  private static let missingModel: Rule = { complaint in
    let line = complaint.line
    guard
      line.has(
        "is not a local folder and is not a valid model identifier", "repositorynotfounderror", "repository not found",
        "does not appear to have a file named", "hfvalidationerror", "is not the path to a directory containing",
        "error no file named", "repo id must be in the form", "unrecognized model in")
        && !line.has("couldn't connect to")
    else { return nil }
    let name =
      complaint.near { $0.part(after: "Error: ", before: " is not a local folder") }
      ?? complaint.near { $0.part(after: "Error: ", before: " does not appear to have a file named") }
      ?? complaint.near { $0.quoted(after: "'namespace/repo_name':") }
      ?? complaint.near { $0.part(after: "Unrecognized model in ", before: ". Should") }
    return
      "The model\(name.map { " \($0)" } ?? "") is neither a folder with a model on this machine nor a model of the "
      + "hub: correct its name, or download it first."
  }

  private static let unreachable: Rule = { complaint in
    let line = complaint.line
    guard
      line.has(
        "couldn't connect to 'http", "localentrynotfounderror", "offlinemodeisenabled", "in the local cache",
        "in the disk cache", "max retries exceeded with url", "temporary failure in name resolution",
        "failed to resolve '", "name or service not known", "nodename nor servname", "network is unreachable",
        "cannot reach https://", "outgoing traffic has been disabled")
    else { return nil }
    let name = complaint.near {
      $0.part(after: "it looks like ", before: " is not the path") ?? $0.part(after: "url: /", before: "/resolve/")
    }
    return "The hub can't be reached, and what is needed\(inBrackets(name)) is not on this machine: download it while "
      + "there is a connection, or give the folder of a local copy."
  }

  private static let dataRow: Rule = { complaint in
    let line = complaint.line
    guard
      line.has(
        "arrowinvalid", "datasetgenerationerror", "datasetgenerationcasterror", "jsondecodeerror",
        "failed to read file '", "failed to load json from file", "conversation roles must alternate",
        "arrowtypeerror", "bad row", "invalid row", "expected object or value", "in ujson_loads")
    else { return nil }
    let file = complaint.near { line in
      line.quoted(after: "Failed to read file") ?? line.quoted(after: "Failed to load JSON from file")
        ?? RowPlace.file(in: line.text)
    }
    let place = complaint.near { RowPlace.text(in: $0.text) } ?? file
    let reason = complaint.near { line in
      line.part(after: "ArrowInvalid: ", before: "") ?? line.part(after: "ArrowInvalid'>: ", before: "")
        ?? line.part(after: "JSONDecodeError: ", before: "") ?? line.part(after: "TemplateError: ", before: "")
    }
    return "A row of the data can't be read\(place.map { ", in \($0)" } ?? "")\(inBrackets(reason)): correct it; "
      + "`assay data check` shows which rows have flaws."
  }

  private static let missingPackage: Rule = { complaint in
    let line = complaint.line
    if let module = line.quoted(after: "No module named") {
      let package = String(module.prefix { $0 != "." })
      return "The Python package \(package) is missing: install it where the trainer runs, with "
        + "`python -m pip install \(package)`."
    }
    guard
      line.has("importerror:", "packagenotfounderror", "the following packages that were not found")
        || (line.has("the package", "requires") && line.has("seems to be not installed", "but it was not found"))
    else { return nil }
    let words = line.part(after: "ImportError: ", before: "")
    return "A Python package is missing or doesn't fit\(inBrackets(words)): install the version that the trainer asks "
      + "for, where the trainer runs."
  }

  private static let noGPU: Rule = { complaint in
    let line = complaint.line
    if line.has("driver on your system is too old", "driver version is insufficient for cuda runtime") {
      let version = line.part(after: "found version ", before: ")")
      return
        "The GPU's driver is too old for this PyTorch\(inBrackets(version.map { "it has version \($0)" })): update "
        + "the driver, or install a PyTorch made for it."
    }
    if line.has("no kernel image is available for execution") {
      return "This PyTorch is not made for this machine's GPU: install one whose CUDA version knows it."
    }
    guard
      line.has(
        "found no nvidia driver", "no cuda gpus are available", "not compiled with cuda enabled",
        "setup doesn't support bf16/gpu", "no cuda-capable device is detected", "cuda is not available")
    else { return nil }
    return
      "The trainer wants a GPU and finds none: run it on a machine with one, check its driver with `nvidia-smi`, or "
      + "tell it to compute on the CPU."
  }

  private static let port: Rule = { complaint in
    guard complaint.line.has("address already in use", "eaddrinuse") else { return nil }
    let number = complaint.near { line in
      line.part(after: "port: ", before: ",") ?? line.part(after: "]:", before: " (errno")
    }
    let port = number.flatMap { Int($0) }.map { " \($0)" } ?? ""
    return "The port\(port) that the trainer's processes meet at is in use, most likely by another job: wait for that "
      + "one, or set MASTER_PORT to a free port."
  }

  private static let missingFile: Rule = { complaint in
    let line = complaint.line
    guard line.has("filenotfounderror", "no such file or directory", "notadirectoryerror") else { return nil }
    let file =
      line.quoted(after: "o such file or directory:") ?? line.part(after: "Unable to find '", before: "'")
      ?? line.part(after: "FileNotFoundError: ", before: "")
    return "A file that the trainer needs is missing\(inBrackets(file)): correct its path, or make it first."
  }

  private static let permission: Rule = { complaint in
    let line = complaint.line
    guard line.has("permission denied", "permissionerror", "read-only file system") else { return nil }
    let place = line.quoted(after: "ermission denied:") ?? line.quoted(after: "ead-only file system:")
    return
      "The trainer may not use a file or folder\(inBrackets(place)): give your user the right to, or choose another "
      + "place."
  }

  /// As `ProcessError` and shells say it.
  private static let missingProgram: Rule = { complaint in
    let line = complaint.line
    guard line.has("can't be started:") || (complaint.status == 127 && line.has("not found")) else { return nil }
    let name = line.text.range(of: " can't be started:").map { line.text[..<$0.lowerBound] } ?? line.text[...]
    return "The program can't be started (\(name.prefix(200))): install it, or give its whole path."
  }

  private static let processGone: Rule = { complaint in
    let line = complaint.line
    guard
      line.has(
        "watchdog caught collective operation timeout", "ncclremoteerror", "ncclsystemerror", "ncclinternalerror",
        "ncclunhandledcudaerror", "distbackenderror", "nccl error", "connection closed by peer")
    else { return nil }
    let waited = complaint.near { line in
      line.part(after: "Timeout(ms)=", before: ")").flatMap { Int($0) }.map { "after \($0 / 1000) s" }
    }
    return
      "The processes on the GPUs lost one another\(inBrackets(waited)): one of them died or took too long; look for "
      + "its own error further up in the log, or set NCCL_DEBUG=INFO and start the job again."
  }

  private static let processKilled: Rule = { complaint in
    let line = complaint.line
    guard line.has("(sigkill)", "exitcode  : -9", "exit code -9", "exitcode: -9") || line.lower == "killed" else {
      return nil
    }
    return killed
  }
}

/// Finds losses that are no numbers.
enum LossText {
  /// Whether the line, in small letters, tells such a loss.
  static func isNoNumber(_ line: String) -> Bool {
    var rest = Substring(line)
    while let found = rest.range(of: "loss") {
      rest = rest[found.upperBound...]
      let value = rest.drop { "'\":= ".contains($0) }
      // More than a word with "loss" in it.
      guard value.startIndex > rest.startIndex else { continue }
      let word = value.drop { $0 == "-" }.prefix { $0.isLetter }
      if ["nan", "inf", "infinity"].contains(word) { return true }
    }
    return false
  }
}

/// Finds where a row stands: `train.jsonl:17`, `train.jsonl, line 17`, `line 17 of train.jsonl`, `row 3 of train.jsonl`.
enum RowPlace {
  private static let endings = [".jsonl", ".json", ".csv", ".parquet", ".txt"]

  /// A file of rows that the text names.
  static func file(in text: String) -> String? {
    text.split { " '\"(),;<>=".contains($0) }.map { word in
      // A line's number may follow.
      String(word.prefix { $0 != ":" })
    }.first { word in endings.contains { word.hasSuffix($0) && word.count > $0.count } }
  }

  /// The file and the line that the text names; nil unless it names both.
  static func text(in text: String) -> String? {
    guard let file = file(in: text), let range = text.range(of: file) else { return nil }
    let after = text[range.upperBound...]
    let before = text[..<range.lowerBound]
    func number(_ text: Substring) -> Int? { Int(text.prefix { $0.isASCII && $0.isNumber }) }
    if after.first == ":", let line = number(after.dropFirst()) { return "\(file), line \(line)" }
    for word in ["line ", "row "] {
      if let found = after.range(of: word, options: .caseInsensitive),
        after.distance(from: after.startIndex, to: found.lowerBound) < 16, let line = number(after[found.upperBound...])
      {
        return "\(file), \(word)\(line)"
      }
      if let found = before.range(of: word, options: [.caseInsensitive, .backwards]),
        before.distance(from: found.lowerBound, to: before.endIndex) < 32,
        let line = number(before[found.upperBound...])
      {
        return "\(file), \(word)\(line)"
      }
    }
    return nil
  }
}
