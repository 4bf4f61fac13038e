import { createExport, deleteExport, updateExport } from './changes.ts';
import { acknowledgeExport, listExportMessages } from './pull.ts';
import { getExport, listExports } from './queries.ts';
import {
  deleteExportDeadLetter,
  listExportAttempts,
  listExportDeadLetters,
  redeliverExportDeadLetters,
} from './records.ts';
import {
  pauseExport,
  replayExport,
  resumeExport,
  rotateExportSecret,
  skipExport,
  testExport,
} from './steering.ts';

export const messageExportOperations = [
  getExport,
  listExports,
  createExport,
  updateExport,
  deleteExport,
  pauseExport,
  resumeExport,
  testExport,
  replayExport,
  skipExport,
  rotateExportSecret,
  listExportDeadLetters,
  redeliverExportDeadLetters,
  deleteExportDeadLetter,
  listExportAttempts,
  listExportMessages,
  acknowledgeExport,
];
