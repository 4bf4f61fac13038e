-- Which node of a cluster stored a permanent message, and when each last renewed its row: what one stored shortly before its death is
-- handed over by the others.

-- AlterTable
ALTER TABLE "cluster_nodes" ADD COLUMN     "renewed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- AlterTable
ALTER TABLE "permanent_messages" ADD COLUMN     "writer" TEXT;
