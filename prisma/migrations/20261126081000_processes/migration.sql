-- The processes that run, and what they did: enough for a chart without any other program. Each writes its own rows.

CREATE TABLE "processes" (
    "id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ready" BOOLEAN NOT NULL,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "figures" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "processes_pkey" PRIMARY KEY ("id")
);

-- `step` in seconds: 10, kept for a day, and 60, kept for thirty.
CREATE TABLE "process_samples" (
    "step" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "process_id" TEXT COLLATE "C" NOT NULL,
    "figures" JSONB NOT NULL,

    CONSTRAINT "process_samples_pkey" PRIMARY KEY ("step", "at", "process_id")
);

-- Of a registry with its devices, or a broker, that did something in a minute, as each process saw it; kept for a day.
CREATE TABLE "tenant_samples" (
    "kind" TEXT NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "process_id" TEXT COLLATE "C" NOT NULL,
    "messages" BIGINT NOT NULL,
    "connections" INTEGER NOT NULL,

    CONSTRAINT "tenant_samples_pkey" PRIMARY KEY ("kind", "id", "at", "process_id")
);

CREATE INDEX "tenant_samples_at_idx" ON "tenant_samples" ("at");
