import { Magnifier } from '@gravity-ui/icons';
import { Icon, TextInput } from '@gravity-ui/uikit';
import { getBroker, getDevice, getRegistry, listBrokers, listRegistries } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useState } from 'react';
import { client } from '../api/client.ts';
import { useTexts } from '../i18n/texts.tsx';
import { useFolder } from './folder.ts';
import { searchFieldId } from './shortcuts.ts';

interface Hit {
  readonly to: string;
  readonly name: string;
  readonly id: string;
  readonly kind: 'registry' | 'device' | 'broker';
}

/** IDs and names of everything in the folder. */
export function SearchField() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const hits = useHits(useDeferredValue(text.trim()));
  const close = () => setText('');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
    const [first] = hits;
    if (event.key === 'Enter' && first) {
      void navigate({ to: first.to });
      close();
    }
  };
  return (
    <search className="search" onKeyDown={(event) => event.key === 'Escape' && close()}>
      <TextInput
        id={searchFieldId}
        controlProps={{ 'aria-label': t('shell.search') }}
        placeholder={t('shell.search')}
        startContent={<Icon data={Magnifier} size={16} className="search__icon" />}
        value={text}
        onUpdate={setText}
        onKeyDown={onKeyDown}
        hasClear
      />
      {text.trim() !== '' && (
        <ul className="search__hits" aria-label={t('shell.found')}>
          {hits.map(({ to, name, id, kind }) => (
            <li key={id}>
              <Link to={to} onClick={close}>
                <span>{name || id}</span>
                <small>
                  {t(`kind.${kind}`)} {id}
                </small>
              </Link>
            </li>
          ))}
          {hits.length === 0 && <li className="search__none">{t('shell.nothingFound')}</li>}
        </ul>
      )}
    </search>
  );
}

function useHits(text: string): readonly Hit[] {
  const folderId = useFolder();
  const { data = [] } = useQuery({
    queryKey: ['search', folderId, text],
    queryFn: () => findHits(text, folderId),
    enabled: text !== '',
  });
  return data;
}

/** In place of the answer to a question that need not be asked. */
const unknown = { data: undefined };

/** What an ID that the API made looks like. */
const idForm = /^[a-z][a-z0-9]{19}$/;

/** By ID everywhere; by the beginning of a name among the first of the folder. */
async function findHits(text: string, folderId: string): Promise<Hit[]> {
  const query = { folderId, pageSize: 1000 };
  const mayBeId = idForm.test(text);
  const [registry, device, broker, registries, brokers] = await Promise.all([
    mayBeId ? getRegistry({ client, path: { registryId: text } }) : unknown,
    mayBeId ? getDevice({ client, path: { deviceId: text } }) : unknown,
    mayBeId ? getBroker({ client, path: { brokerId: text } }) : unknown,
    listRegistries({ client, query }),
    listBrokers({ client, query }),
  ]);
  const begins = ({ name = '' }: { name?: string }) => name.toLowerCase().startsWith(text.toLowerCase());
  const hit = (kind: Hit['kind'], plural: string) => (one: { id: string; name?: string }) => ({
    to: `/${plural}/${one.id}`,
    ...{ name: one.name ?? '', id: one.id, kind },
  });
  return [
    ...[registry.data, ...(registries.data?.registries ?? []).filter(begins)]
      .filter((one) => one !== undefined)
      .map(hit('registry', 'registries')),
    ...[device.data].filter((one) => one !== undefined).map(hit('device', 'devices')),
    ...[broker.data, ...(brokers.data?.brokers ?? []).filter(begins)]
      .filter((one) => one !== undefined)
      .map(hit('broker', 'brokers')),
  ].slice(0, 20);
}
