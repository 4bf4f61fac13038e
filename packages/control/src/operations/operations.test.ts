import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { operations } from './index.ts';

test('every operation has a name of its own', () => {
  const names = operations.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s',
  (name, operation) => {
    const { permission, record, keyed, ids, message, output, summary, subject } = operation;
    const onlyReads = /^(get|list|find|search|summarize|read|export|cancel|test)/.test(name);

    test('declares who may call it, and about what', () => {
      expect(permission).toMatch(
        /^(public|view|edit|administer|publishAsRegistry|publishAsDevice|publishAsBroker)$/,
      );
      expect(subject).toBeTypeOf('function');
    });

    test('is recorded if it changes state, and only then', () => {
      const leavesNoRecord = onlyReads || /^publish|^clear|^acknowledge|^createIamToken$/.test(name);
      expect(record !== undefined).toBe(!leavesNoRecord);
      if (record) {
        expect(record.eventType).toMatch(/^(devices|broker|iam|migration|access|exports)\.[A-Z][A-Za-z]+$/);
        expect(record.metadataType).toMatch(/^(yandex\.cloud|iotcore)\.[a-z0-9.]+\.[A-Z]\w+Metadata$/);
        expect(record.description).not.toBe('');
      }
    });

    test('has schemas for what it takes and gives, which share no field and let no unknown one through', () => {
      expect(output).toBeInstanceOf(z.ZodType);
      expect(summary).not.toBe('');
      if (message === undefined) return;
      expect(message).toBeInstanceOf(z.ZodObject);
      const { shape, def } = message as z.ZodObject;
      expect(def.catchall).toBeInstanceOf(z.ZodNever);
      expect(Object.keys(shape).filter((field) => Object.hasOwn(ids ?? {}, field))).toEqual([]);
    });

    test('takes an Idempotency-Key if repeating it would do more than once', () => {
      const makesMore = /^(create|add|enable|disable|publish)/.test(name) && name !== 'createIamToken';
      expect(keyed === true).toBe(makesMore);
    });
  },
);
