import { Magnifier } from '@gravity-ui/icons';
import { Icon, TextInput } from '@gravity-ui/uikit';
import { searchResources } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { searchFieldId } from '../shortcuts.ts';

interface Hit {
  readonly to: string;
  readonly name: string;
  readonly id: string;
  readonly kind: 'registry' | 'device' | 'broker';
}

/** IDs and names of everything that the account may see. */
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
                <span>{visible(name || id)}</span>
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
  const { data = [] } = useQuery({
    queryKey: ['search', text],
    queryFn: () => findHits(text),
    enabled: text !== '',
  });
  return data;
}

async function findHits(query: string): Promise<Hit[]> {
  const { resources } = await ask(searchResources({ client, query: { query } }));
  return resources.map(({ kind, id, name = '' }) => ({
    ...places[kind],
    id,
    name,
    to: `${places[kind].to}/${id}`,
  }));
}

const places = {
  REGISTRY: { to: '/registries', kind: 'registry' },
  DEVICE: { to: '/devices', kind: 'device' },
  BROKER: { to: '/brokers', kind: 'broker' },
} as const;
