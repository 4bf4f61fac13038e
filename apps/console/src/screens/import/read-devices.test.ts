import { expect, test } from 'vitest';
import { readDevices } from './read-devices.ts';

const registryId = 'are0qv3m5ptk1s8c2d4b';
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const read = (name: string, text: string) => readDevices(name, text, registryId);

test('a line that is no object is told, and costs no other', async () => {
  const { entries, unread } = await read('x.ndjson', '{"id":"a"}\n[]\nnonsense\n\n{"id":"b"}\n');
  expect(entries.map(({ line, device }) => [line, device['id']])).toEqual([
    [1, 'a'],
    [5, 'b'],
  ]);
  expect(unread.map(({ line }) => line)).toEqual([2, 3]);
});

test('a table and lines of JSON say the same', async () => {
  const table = `id,name,labels,topicAliases,certificates\na,pump,"{""site"":""north""}",,"${pem}\n${pem}"\n`;
  const lines = JSON.stringify({
    id: 'a',
    name: 'pump',
    labels: { site: 'north' },
    certificates: [pem, { certificate_data: pem }],
  });
  const [fromTable] = (await read('x.csv', table)).entries;
  const [fromLines] = (await read('x.ndjson', lines)).entries;
  expect(fromTable?.device).toEqual({ id: 'a', name: 'pump', labels: { site: 'north' }, registryId });
  expect(fromTable?.certificates).toEqual([
    { certificateData: pem, deviceId: 'a' },
    { certificateData: pem, deviceId: 'a' },
  ]);
  expect(fromLines?.device).toEqual(fromTable?.device);
  expect(fromLines?.certificates).toEqual(fromTable?.certificates);
});

test('what should be JSON and is none is sent as it is; a formula loses its apostrophe', async () => {
  const [entry] = (await read('x.csv', "id,description,labels\na,'=1+1,site=north\n")).entries;
  expect(entry?.device).toEqual({ id: 'a', description: '=1+1', labels: 'site=north', registryId });
});

test('a row without an ID always gets the same one', async () => {
  const [one, two, other] = (await read('x.csv', 'name\npump\npump\nfan\n')).entries.map(
    ({ device }) => device['id'],
  );
  expect(one).toMatch(/^are[0-9a-v]{17}$/);
  expect([two, other === one]).toEqual([one, false]);
});
