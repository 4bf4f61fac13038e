import { listNodes, type Node } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { List } from '../../ui/list/list.tsx';
import { visible } from '../../ui/text/device-text.ts';

interface Row {
  readonly variable: string;
  /** Of each process that has another one than those before. */
  readonly values: readonly { readonly where: string; readonly value: string }[];
}

/** What holds in the processes that run, by variable. */
export function Effective() {
  const { t } = useTexts();
  const may = useMay('viewer', '*');
  const query = useQuery({
    queryKey: ['nodes', 'full'],
    queryFn: async () => {
      const { nodes } = await ask(listNodes({ client, query: { nodeView: 'FULL' } }));
      return { settings: rowsOf(nodes.filter(({ ready }) => ready)) };
    },
    enabled: may,
  });
  return (
    <>
      <p className="none">{t(may ? 'settings.effectiveNote' : 'may.everyFolder')}</p>
      {may && (
        <List
          caption={t('settings.effective')}
          query={query}
          rows="settings"
          rowKey={({ variable }) => variable}
          empty={<p>{t('common.none')}</p>}
          columns={[
            { id: 'variable', title: t('common.name'), cell: ({ variable }) => <Variable name={variable} /> },
            {
              id: 'value',
              title: t('settings.value'),
              isWidest: true,
              cell: ({ values }) => <Values values={values} />,
            },
          ]}
        />
      )}
      <How path="/ext/v1/nodes?nodeView=FULL" cli="status" />
    </>
  );
}

/** On a narrow screen it breaks between its words, so that the value is seen beside it. */
function Variable({ name }: { name: string }) {
  const [first, ...others] = name.split(/(?<=_)/);
  return (
    <code className="variable">
      {first}
      {others.map((word, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the words of a name keep their places
        <Fragment key={at}>
          <wbr />
          {word}
        </Fragment>
      ))}
    </code>
  );
}

function rowsOf(nodes: readonly Node[]): readonly Row[] {
  const rows = new Map<string, { where: string; value: string }[]>();
  for (const { kind, place, settings = {} } of nodes)
    for (const [variable, value] of Object.entries(settings)) {
      const values = rows.get(variable) ?? [];
      rows.set(variable, values);
      if (!values.some((one) => one.value === value)) values.push({ where: `${kind} ${place}`, value });
    }
  return [...rows]
    .map(([variable, values]) => ({ variable, values }))
    .sort((one, other) => one.variable.localeCompare(other.variable));
}

function Values({ values }: Pick<Row, 'values'>) {
  const [only, ...others] = values;
  if (only && others.length === 0) return <code>{visible(only.value)}</code>;
  return values.map(({ where, value }) => (
    <div key={where}>
      <small>{where}</small> <code>{visible(value)}</code>
    </div>
  ));
}
