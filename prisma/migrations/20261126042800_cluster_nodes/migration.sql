-- Nodes of a cluster, one row for each life of a process; and whether a running MQTT process is one of them.

-- AlterTable
ALTER TABLE "data_plane_nodes" ADD COLUMN     "in_cluster" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "place" TEXT;

-- CreateTable
CREATE TABLE "cluster_nodes" (
    "incarnation" TEXT NOT NULL,
    "number" BIGSERIAL NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'joining',
    "renewals" BIGINT NOT NULL DEFAULT 0,
    "misses" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "node_id" TEXT COLLATE "C" NOT NULL,
    "place" TEXT NOT NULL,
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cluster_nodes_pkey" PRIMARY KEY ("incarnation")
);

-- What Prisma cannot say.

ALTER TABLE "cluster_nodes" ADD CONSTRAINT "cluster_nodes_state"
  CHECK ("state" IN ('joining', 'member', 'condemned', 'ended'));

-- Whatever a statement says, a state only moves forwards.
CREATE FUNCTION "keep_cluster_state"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF array_position(ARRAY['joining', 'member', 'condemned', 'ended'], NEW.state)
     < array_position(ARRAY['joining', 'member', 'condemned', 'ended'], OLD.state) THEN
    NEW.state := OLD.state;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "cluster_nodes_keep_state" BEFORE UPDATE ON "cluster_nodes"
  FOR EACH ROW EXECUTE FUNCTION "keep_cluster_state"();

-- The order in which the messages of a permanent topic were stored: drawn under the lock of its row.
ALTER TABLE "permanent_messages" ADD COLUMN     "version" BIGINT NOT NULL DEFAULT 0;
CREATE SEQUENCE "permanent_versions";
