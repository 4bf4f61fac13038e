import { Button } from '@gravity-ui/uikit';
import type { MigrationDevice } from '@iotcore/sdk';
import { Link } from '@tanstack/react-router';
import { useTexts } from '../../i18n/texts.tsx';
import { Status } from '../../ui/layout/status.tsx';
import type { Column } from '../../ui/list/table.tsx';
import { Identifier } from '../../ui/text/copy.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Time } from '../../ui/text/time.tsx';

/** Of devices that move: whether each was seen, and with which credentials it comes. */
export function useDeviceColumns(
  may: boolean,
  reject: (device: MigrationDevice) => void,
): readonly Column<MigrationDevice>[] {
  const { t } = useTexts();
  return [
    {
      id: 'name',
      title: t('common.name'),
      isWide: true,
      cell: ({ deviceId, name }) => (
        <Link to="/devices/$deviceId" params={{ deviceId }}>
          {visible(name || deviceId)}
        </Link>
      ),
    },
    { id: 'id', title: t('common.id'), cell: ({ deviceId }) => <Identifier id={deviceId} /> },
    { id: 'first', title: t('migration.firstSeen'), cell: ({ firstSeenAt }) => <Time at={firstSeenAt} /> },
    { id: 'last', title: t('devices.lastLogin'), cell: ({ lastAuthTime }) => <Time at={lastAuthTime} /> },
    {
      id: 'credentials',
      title: t('migration.credentials'),
      cell: ({ hasCertificate, hasPassword, adoptedAt, idConflict }) => (
        <span className="labels">
          {hasCertificate && <Status tone="normal">{t('migration.certificate')}</Status>}
          {adoptedAt && <Status tone="info">{t('migration.adoptedPassword')}</Status>}
          {hasPassword && !adoptedAt && <Status tone="normal">{t('migration.password')}</Status>}
          {!hasCertificate && !hasPassword && <Status tone="warning">{t('migration.without')}</Status>}
          {idConflict && <Status tone="danger">{t('migration.conflict')}</Status>}
        </span>
      ),
    },
    {
      id: 'actions',
      title: t('common.actions'),
      isActions: true,
      cell: (device) =>
        device.passwordId && (
          <Button
            size="s"
            view="flat-danger"
            disabled={!may}
            title={may ? undefined : t('may.editor')}
            onClick={() => reject(device)}
          >
            {t('migration.reject')}
          </Button>
        ),
    },
  ];
}
