import Foundation
import SeededRandom
import Testing

@testable import TrainerLogs

/// Ends of logs as the programs print them, and what is made of them.
@Suite struct LogDiagnosisTests {
  private func sentence(_ log: String, status: Int? = 1) -> String? {
    LogDiagnosis.sentence(lines: log.split(separator: "\n").map(String.init), status: status)
  }

  @Test(arguments: [
    // The GPU's memory: PyTorch now and before, the CUDA runtime, mlx on a Mac.
    (
      "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 750.00 MiB. GPU 0 has a total capacity of "
        + "14.57 GiB of which 426.75 MiB is free. Process 2493055 has 12.02 GiB memory in use.",
      "The GPU's memory ran out (750.00 MiB more were wanted, of 14.57 GiB in all): lower `batch_size`"
    ),
    (
      "[rank1]: OutOfMemoryError: CUDA out of memory. Tried to allocate 1.25 GiB (GPU 1; 79.10 GiB total capacity; "
        + "76.13 GiB already allocated)",
      "The GPU's memory ran out (1.25 GiB more were wanted): lower `batch_size`"
    ),
    ("RuntimeError: CUDA error: out of memory", "The GPU's memory ran out: lower `batch_size`"),
    (
      "libc++abi: terminating due to uncaught exception of type std::runtime_error: [METAL] Command buffer execution "
        + "failed: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)",
      "The GPU's memory ran out: lower"
    ),
    // The machine's memory.
    ("MemoryError", "The machine's memory ran out"),
    (
      "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 256. TiB for an array with shape "
        + "(35184372088832,) and data type float64",
      "The machine's memory ran out"
    ),
    (
      "RuntimeError: [enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you "
        + "tried to allocate 140737488355328 bytes. Error code 12 (Cannot allocate memory)",
      "The machine's memory ran out"
    ),
    ("slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch.", "The machine's memory ran out"),
    // No number.
    ("{'loss': 'nan', 'grad_norm': 'nan', 'learning_rate': '0.01'}", "lower `learning_rate`"),
    ("Iter 20: Train loss nan, Learning Rate 1.000e-05, It/sec 1.4", "lower `learning_rate`"),
    ("1|40|Loss: nan:  50%", "lower `learning_rate`"),
    (
      "RuntimeError: probability tensor contains either `inf`, `nan` or element < 0", "lower `learning_rate`"
    ),
    (
      "Exception: Current loss scale already at minimum - cannot decrease scale anymore. Exiting run.",
      "`learning_rate`"
    ),
    // The disk.
    ("OSError: [Errno 28] No space left on device", "The disk is full, so"),
    ("OSError: [Errno 28] No space left on device: '/data/out/model.bin'", "The disk is full (/data/out/model.bin)"),
    (
      "safetensors_rust.SafetensorError: Error while serializing: IoError(Os { code: 28, kind: StorageFull, message: "
        + "\"No space left on device\" })", "The disk is full"
    ),
    ("RuntimeError: [enforce fail at inline_container.cc:672] . unexpected pos 704 vs 598", "The disk is full"),
    ("OSError: [Errno 122] Disk quota exceeded: 'x'", "Your share of the disk is used up (x)"),
    // The model.
    (
      "OSError: ChatGLM2-6B is not a local folder and is not a valid model identifier listed on "
        + "'https://huggingface.co/models'", "The model ChatGLM2-6B is neither"
    ),
    (
      "OSError: Repo id must be in the form 'repo_name' or 'namespace/repo_name': '/nowhere/model'. Use `repo_type` "
        + "argument if needed.", "The model /nowhere/model is neither"
    ),
    (
      "ValueError: Unrecognized model in /nowhere/empty. Should have a `model_type` key in its config.json.",
      "The model /nowhere/empty is neither"
    ),
    (
      "OSError: You are trying to access a gated repo.\n403 Client Error.\nAccess to model meta-llama/Llama-3 is "
        + "restricted and you are not in the authorized list.",
      "The hub doesn't give out the model meta-llama/Llama-3"
    ),
    // The hub.
    (
      "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached "
        + "files.\nCheck your internet connection or see how to run the library in offline mode at "
        + "'https://huggingface.co/docs/transformers/installation#offline-mode'.",
      "The hub can't be reached, and what is needed is not on this machine"
    ),
    (
      "huggingface_hub.errors.LocalEntryNotFoundError: An error happened while trying to locate the file on the Hub and "
        + "we cannot find the requested files in the local cache.\nOSError: We couldn't connect to "
        + "'https://huggingface.co' to load this file, couldn't find it in the cached files and it looks like "
        + "bert-base is not the path to a directory containing a file named config.json.",
      "The hub can't be reached, and what is needed (bert-base)"
    ),
    // Rows.
    (
      "Failed to read file '/w/train.jsonl' with error <class 'pyarrow.lib.ArrowInvalid'>: JSON parse error: Column() "
        + "changed from object to array in row 0\nTraceback (most recent call last):\n"
        + "datasets.exceptions.DatasetGenerationError: An error occurred while generating the dataset",
      "A row of the data can't be read, in /w/train.jsonl (JSON parse error: Column() changed from object to array in "
        + "row 0)"
    ),
    (
      "ValueError: bad row: train/main.jsonl:17: no messages", "in train/main.jsonl, line 17"
    ),
    (
      "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
      "A row of the data can't be read (Expecting property name"
    ),
    (
      "    examples = [ujson_loads(line) for line in original_batch.splitlines()]\n"
        + "ValueError: Expected object or value at position 0", "A row of the data can't be read"
    ),
    // What is missing.
    (
      "ModuleNotFoundError: No module named 'bitsandbytes.nn'", "`python -m pip install bitsandbytes`"
    ),
    (
      "ImportError: FlashAttention2 has been toggled on, but it cannot be used due to the following error: the package "
        + "flash_attn seems to be not installed.", "A Python package is missing or doesn't fit (FlashAttention2"
    ),
    ("FileNotFoundError: [Errno 2] No such file or directory: '/w/a.yaml'", "missing (/w/a.yaml)"),
    ("axolotl can't be started: No such file or directory.", "(axolotl): install it"),
    ("PermissionError: [Errno 13] Permission denied: '/data/out'", "may not use a file or folder (/data/out)"),
    // The GPU itself.
    (
      "RuntimeError: The NVIDIA driver on your system is too old (found version 11040). Please update your GPU driver by "
        + "downloading and installing a new version", "too old for this PyTorch (it has version 11040): update"
    ),
    ("AssertionError: Torch not compiled with CUDA enabled", "wants a GPU and finds none"),
    ("RuntimeError: No CUDA GPUs are available", "wants a GPU and finds none"),
    (
      "ValueError: Your setup doesn't support bf16/gpu. You need to assign use_cpu if you want to train the model on "
        + "CPU.", "wants a GPU and finds none"
    ),
    ("RuntimeError: CUDA error: no kernel image is available for execution on the device", "not made for this machine"),
    // Several processes.
    (
      "torch.distributed.DistNetworkError: The server socket has failed to listen on any local network address. port: "
        + "29511, useIpv6: false, code: -98, name: EADDRINUSE, message: address already in use",
      "The port 29511 that the trainer's processes meet at is in use"
    ),
    (
      "[E socket.cpp:462] [c10d] The server socket has failed to bind to [::]:29500 (errno: 98 - Address already in "
        + "use).", "The port 29500 that"
    ),
    (
      "[rank0]:[E321 02:07:08.408271257 ProcessGroupNCCL.cpp:607] [Rank 0] Watchdog caught collective operation timeout: "
        + "WorkNCCL(SeqNum=1580, OpType=ALLREDUCE, NumelIn=4, NumelOut=4, Timeout(ms)=600000) ran for 600060 "
        + "milliseconds before timing out.", "lost one another (after 600 s)"
    ),
    ("  exitcode  : -9 (pid: 4711)", "was killed (signal 9)"),
  ])
  func complaintsAreUnderstood(_ log: String, _ part: String) {
    let before = "Loading weights: 100%\n{'loss': '2.1', 'epoch': '0.5'}\nTraceback (most recent call last):\n"
    let sentence = sentence(before + log) ?? ""
    #expect(sentence.contains(part), "\(sentence)")
    #expect(sentence.hasSuffix("."))
    #expect(!sentence.contains("\n"))
  }

  @Test func theLastCauseCountsBeforeItsConsequences() {
    let log = """
      {'loss': 'nan'}
      [rank0]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.
      [rank1]:[E1206 ProcessGroupNCCL.cpp:607] [Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=7)
      torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
        exitcode  : 1 (pid: 12)
      """
    #expect(sentence(log)?.hasPrefix("The GPU's memory ran out (2.00 GiB more were wanted)") == true)
  }

  @Test func aKillWithoutWordsIsTheSystems() {
    #expect(sentence("{'loss': '2.1'}", status: 137)?.contains("was killed (signal 9)") == true)
    #expect(sentence("", status: 137)?.contains("was killed (signal 9)") == true)
  }

  @Test func whatIsNotKnownIsLeftAlone() {
    #expect(sentence("Traceback (most recent call last):\nZeroDivisionError: division by zero") == nil)
    #expect(sentence("") == nil)
    #expect(sentence("torch.OutOfMemoryError: CUDA out of memory.", status: 0) == nil)
    // Warnings, and words that only look like it.
    #expect(sentence("UserWarning: CUDA initialization: Found no NVIDIA driver on your system.") == nil)
    #expect(sentence("NaN or Inf found in input tensor.\nlossless information\nloss function: nano") == nil)
    #expect(sentence("Loss information: infrared") == nil)
  }

  @Test func hostileLogsAreHarmless() {
    #expect(sentence("\u{1b}[31mOSError: [Errno 28] No space left on device: '\u{1b}]0;x\u{7}a'\u{1b}[0m") != nil)
    let long = String(repeating: "x", count: 100_000)
    #expect((sentence("FileNotFoundError: \(long)") ?? "").count < 500)
    var generator = SeededRandom(seed: 1)
    let words = [
      "row ", "line ", "x.jsonl", ":", "'", "No module named", "Tried to allocate ", "GiB", "loss", "nan",
      "ArrowInvalid",
      "port: ", "Error: ", " is not a local folder", "é作", "\u{301}", "(", "Timeout(ms)=", "99999999999999999999",
    ]
    for _ in 0..<2_000 {
      _ = sentence((0..<8).map { _ in words.randomElement(using: &generator) ?? "" }.joined())
    }
  }
}
