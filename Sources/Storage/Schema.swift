import GRDB

/// The tables, as a list of steps. A step that was released is never edited; changes are new steps. No step mentions a
/// type of the program.
enum Schema {
  /// All steps.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 versions, runs, answers, outputs, jobs") { db in
      try db.execute(sql: first)
    }
    migrator.registerMigration("2 repeats, cached tokens, probes, batches") { db in
      try db.execute(sql: second)
    }
    migrator.registerMigration("3 reviews") { db in
      try db.execute(sql: third)
    }
    migrator.registerMigration("4 sweeps") { db in
      try db.execute(sql: "ALTER TABLE jobs ADD COLUMN sweep TEXT")
    }
    migrator.registerMigration("5 unscored") { db in
      // Why an answer couldn't be scored; `value` and `passed` say nothing then.
      try db.execute(sql: "ALTER TABLE outputs ADD COLUMN unscored TEXT")
      try db.execute(sql: "ALTER TABLE runs ADD COLUMN unscored INTEGER NOT NULL DEFAULT 0")
    }
    migrator.registerMigration("6 cache writes, service tiers, replies that are no answer") { db in
      try db.execute(sql: sixth)
    }
    migrator.registerMigration("7 best checkpoints") { db in
      // A loss that is no number is null, and its state says what it is instead: nan, inf or -inf.
      for column in [
        "best_step INTEGER", "best_loss REAL", "train_loss_state TEXT", "validation_loss_state TEXT",
      ] {
        try db.execute(sql: "ALTER TABLE jobs ADD COLUMN \(column)")
      }
    }
    migrator.registerMigration("8 files of batches") { db in
      // The provider's name for the file of requests, by which a batch is found where labels are not kept.
      try db.execute(sql: "ALTER TABLE batches ADD COLUMN file TEXT")
    }
    migrator.registerMigration("9 chosen checkpoints") { db in
      try db.execute(sql: "ALTER TABLE jobs ADD COLUMN chosen INTEGER")
    }
    migrator.registerMigration("10 names and notes of runs") { db in
      try db.execute(sql: "ALTER TABLE runs ADD COLUMN name TEXT; ALTER TABLE runs ADD COLUMN note TEXT")
    }
    migrator.registerMigration("11 failure modes") { db in
      try db.execute(sql: eleventh)
    }
    migrator.registerMigration("12 replies of judges") { db in
      // The judge whose model replied; null for an answer of a variant. Replies rest on no output and are kept all the same.
      try db.execute(sql: "ALTER TABLE answers ADD COLUMN judge TEXT")
    }
    return migrator
  }

  // `answers.key` is the request's hash. It isn't unique: when two processes ask the same at once and a model answers
  // differently, each output keeps the answer that it was judged by, and the first one is what later runs reuse.
  //
  // `outputs` is ordered as recorded; an output that is recorded again moves to the end.
  //
  // The summary stands on the run's row, so that a list of runs reads nothing else; `revision` counts its changes.
  private static let first = """
    CREATE TABLE prompt_versions (
      hash TEXT PRIMARY KEY NOT NULL,
      prompt TEXT NOT NULL,
      parts TEXT NOT NULL,
      created REAL NOT NULL
    );
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      identity TEXT NOT NULL UNIQUE,
      variant TEXT NOT NULL,
      prompt_version TEXT NOT NULL REFERENCES prompt_versions (hash),
      eval_set TEXT NOT NULL,
      set_hash TEXT NOT NULL,
      state TEXT NOT NULL,
      started REAL NOT NULL,
      seconds REAL NOT NULL DEFAULT 0,
      cases INTEGER NOT NULL,
      revision INTEGER NOT NULL DEFAULT 0,
      next_position INTEGER NOT NULL DEFAULT 0,
      done INTEGER NOT NULL DEFAULT 0,
      passed INTEGER NOT NULL DEFAULT 0,
      errors INTEGER NOT NULL DEFAULT 0,
      format_valid INTEGER NOT NULL DEFAULT 0,
      mean REAL NOT NULL DEFAULT 0,
      low REAL NOT NULL DEFAULT 0,
      high REAL NOT NULL DEFAULT 1,
      prompt_tokens INTEGER NOT NULL DEFAULT 0,
      completion_tokens INTEGER NOT NULL DEFAULT 0,
      latency_median REAL NOT NULL DEFAULT 0,
      latency_95 REAL NOT NULL DEFAULT 0,
      cost REAL
    );
    CREATE TABLE answers (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL,
      text TEXT NOT NULL,
      finish_reason TEXT,
      prompt_tokens INTEGER,
      completion_tokens INTEGER,
      cached_prompt_tokens INTEGER,
      latency REAL NOT NULL,
      first_token REAL,
      created REAL NOT NULL
    );
    CREATE INDEX answers_key ON answers (key);
    CREATE TABLE outputs (
      run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      case_id TEXT NOT NULL,
      request_key TEXT NOT NULL,
      answer_id INTEGER REFERENCES answers (id),
      failure TEXT,
      value REAL NOT NULL,
      passed INTEGER NOT NULL,
      format_valid INTEGER NOT NULL,
      cost REAL,
      scores TEXT NOT NULL,
      PRIMARY KEY (run_id, position)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX outputs_case ON outputs (run_id, case_id);
    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      backend TEXT NOT NULL,
      base TEXT NOT NULL,
      data TEXT NOT NULL,
      settings TEXT NOT NULL,
      state TEXT NOT NULL,
      created REAL NOT NULL,
      step INTEGER NOT NULL DEFAULT 0,
      steps INTEGER NOT NULL DEFAULT 0,
      train_loss REAL,
      validation_loss REAL,
      adapter TEXT,
      message TEXT
    );
    """

  // `runs.base` is the identity without repeats and sample numbers: runs of one base asked the same, perhaps afresh.
  //
  // `probes` holds what a model was last seen to do, by everything that says where it is.
  //
  // `batches` holds what was handed to a provider in one piece. The label is written before anything is sent, and the
  // provider knows it too: so a batch is found again whenever the process dies, and never submitted twice.
  private static let second = """
    ALTER TABLE runs ADD COLUMN base TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN repeats INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE runs ADD COLUMN first_sample INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN cached_prompt_tokens INTEGER;
    UPDATE runs SET base = identity;
    CREATE INDEX runs_base ON runs (base, repeats);
    ALTER TABLE outputs ADD COLUMN sample INTEGER NOT NULL DEFAULT 0;
    DROP INDEX outputs_case;
    CREATE UNIQUE INDEX outputs_case ON outputs (run_id, case_id, sample);
    CREATE TABLE probes (
      model TEXT PRIMARY KEY NOT NULL,
      probe TEXT NOT NULL
    );
    CREATE TABLE batches (
      label TEXT PRIMARY KEY NOT NULL,
      run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      batch TEXT,
      requests INTEGER NOT NULL,
      created REAL NOT NULL,
      is_over INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX batches_run ON batches (run_id, is_over);
    """

  // `outputs.no_answer` says what a reply is that is no answer. `runs.summary_version` says which columns of a summary are
  // filled: older summaries are computed again from the outputs.
  private static let sixth = """
    ALTER TABLE answers ADD COLUMN cache_write_tokens INTEGER;
    ALTER TABLE answers ADD COLUMN long_cache_write_tokens INTEGER;
    ALTER TABLE answers ADD COLUMN service_tier TEXT;
    ALTER TABLE outputs ADD COLUMN no_answer TEXT;
    UPDATE outputs SET no_answer = CASE
        WHEN failure LIKE 'No answer: reasoning used up%' THEN 'reasoning_cut'
        WHEN failure LIKE 'No answer: the reply has no text%' THEN 'empty'
        WHEN failure LIKE 'No answer: a content filter%' THEN 'content_filter'
        WHEN failure LIKE 'No answer: the model refused%' THEN 'refusal'
        WHEN failure LIKE 'No answer: the server broke it off%' THEN 'broken_off' END
      WHERE failure IS NOT NULL AND answer_id IS NOT NULL;
    ALTER TABLE runs ADD COLUMN summary_version INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN cache_write_tokens INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN long_cache_write_tokens INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN no_answers TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE runs ADD COLUMN strict_mean REAL NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN strict_low REAL NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN strict_high REAL NOT NULL DEFAULT 1;
    """

  // What people found of answers. `input` is a hash of what the case asked then: once the case asks something else, it says
  // nothing. Of two answers the first is that of the older run, so that each two stand here once.
  private static let third = """
    CREATE TABLE preferences (
      eval_set TEXT NOT NULL,
      case_id TEXT NOT NULL,
      run_a INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      sample_a INTEGER NOT NULL,
      run_b INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      sample_b INTEGER NOT NULL,
      input TEXT NOT NULL,
      better TEXT NOT NULL,
      created REAL NOT NULL,
      PRIMARY KEY (eval_set, case_id, run_a, sample_a, run_b, sample_b)
    ) WITHOUT ROWID;
    CREATE TABLE corrections (
      eval_set TEXT NOT NULL,
      case_id TEXT NOT NULL,
      input TEXT NOT NULL,
      text TEXT NOT NULL,
      run_id INTEGER NOT NULL,
      sample INTEGER NOT NULL,
      created REAL NOT NULL,
      PRIMARY KEY (eval_set, case_id)
    );
    """

  // How answers fail, in a person's own words.
  private static let eleventh = """
    CREATE TABLE failures (
      eval_set TEXT NOT NULL,
      case_id TEXT NOT NULL,
      run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      sample INTEGER NOT NULL,
      mode TEXT NOT NULL,
      input TEXT NOT NULL,
      created REAL NOT NULL,
      PRIMARY KEY (eval_set, case_id, run_id, sample, mode)
    ) WITHOUT ROWID;
    """
}
