/**
 * What the documentation of Yandex IoT Core tells its users about topics, sentence by sentence, in the words of its
 * English and Russian readers.
 */
import { describe, expect, test } from 'vitest';
import { play } from './testing/scenario.ts';

interface Sentence {
  readonly en: string;
  readonly ru: string;
  readonly scenario: string;
}

const stage = `
registry registry
registry other
device device of registry
device neighbour of registry
device stranger of other
`;

const sentences: Record<string, readonly Sentence[]> = {
  'Device topics · Топики устройства': [
    {
      en: 'The device writes telemetry to its events and state topics, and the registry reads it and knows the device.',
      ru: 'Устройство пишет телеметрию в топики events и state, реестр читает её и знает, от какого она устройства.',
      scenario: `
registry subscribes to $devices/device/events
registry subscribes to $devices/device/state
device publishes to $devices/device/events
  registry hears $devices/device/events
device publishes to $devices/device/state
  registry hears $devices/device/state`,
    },
    {
      en: 'The registry sends commands to a specific device through its commands and config topics.',
      ru: 'Реестр отправляет команды конкретному устройству через топики commands и config.',
      scenario: `
device subscribes to $devices/device/commands
device subscribes to $devices/device/config
registry publishes to $devices/device/commands
  device hears $devices/device/commands
registry publishes to $devices/device/config
  device hears $devices/device/config`,
    },
    {
      en: 'Other devices of the registry and the registry receive the monitoring data of a device.',
      ru: 'Другие устройства реестра и сам реестр получают данные мониторинга устройства.',
      scenario: `
neighbour subscribes to $monitoring/device/json
registry subscribes to $monitoring/device/json
stranger subscribes to $monitoring/device/json - refused
the server publishes monitoring of device
  neighbour hears $monitoring/device/json
  registry hears $monitoring/device/json`,
    },
  ],
  'Registry topics · Топики реестра': [
    {
      en: 'The registry receives telemetry from all its devices through its own topics, the device being unknown.',
      ru: 'Реестр получает телеметрию всех устройств через свои топики, устройство при этом неизвестно.',
      scenario: `
registry subscribes to $registries/registry/events
device publishes to $registries/registry/events
  registry hears $registries/registry/events
neighbour publishes to $registries/registry/events
  registry hears $registries/registry/events`,
    },
    {
      en: 'The registry sends a command to all devices of the registry at once.',
      ru: 'Реестр отправляет команду сразу всем устройствам реестра.',
      scenario: `
device subscribes to $registries/registry/commands
neighbour subscribes to $registries/registry/commands
stranger subscribes to $registries/registry/commands - refused
registry publishes to $registries/registry/commands
  device hears $registries/registry/commands
  neighbour hears $registries/registry/commands`,
    },
    {
      en: 'Topics of registries and of devices are not connected.',
      ru: 'Топики реестра и топики устройства не связаны между собой.',
      scenario: `
registry subscribes to $registries/registry/events
device publishes to $devices/device/events`,
    },
  ],
  'Permanent topics · Перманентные топики': [
    {
      en: 'A permanent topic keeps the last message and shows it when the subscriber is back.',
      ru: 'Перманентный топик хранит последнее сообщение и отдаёт его, когда подписчик снова на связи.',
      scenario: `
device publishes to $devices/device/state/bedroom/temperature
device publishes to $devices/device/events/bedroom/temperature
registry subscribes to $devices/device/state/bedroom/temperature
  registry gets $devices/device/state/bedroom/temperature
registry subscribes to $devices/device/events/bedroom/temperature`,
    },
    {
      en: 'Subscribing to aliases of permanent topics with wildcards does not bring their current state.',
      ru: 'Подписка на алиасы перманентных топиков по маске не приносит их текущее состояние.',
      scenario: `
alias my/alias/ of device is $devices/device/
device publishes to $devices/device/state
registry subscribes to my/alias/#
registry subscribes to $devices/device/#
  registry gets $devices/device/state`,
    },
  ],
  'Aliases · Алиасы': [
    {
      en: 'With the alias my/alias/ the topic my/alias/events is the same as $devices/<device ID>/events.',
      ru: 'С алиасом my/alias/ топик my/alias/events — то же самое, что $devices/<ID устройства>/events.',
      scenario: `
alias my/alias/ of device is $devices/device/
registry subscribes to $devices/device/events
registry subscribes to my/alias/events
device publishes to my/alias/events
  registry hears $devices/device/events
  registry hears my/alias/events`,
    },
    {
      en: 'Next to my/alias/ a registry cannot have my/, my/alias/2/ or my/ali, but my/alias1/, my/alias2/ and my/ali/.',
      ru: 'Рядом с my/alias/ в реестре нельзя создать my/, my/alias/2/ и my/ali, но можно my/alias1/, my/alias2/ и my/ali/.',
      scenario: `
alias my/alias/ of device is $devices/device/
alias my/ of neighbour is $devices/neighbour/ - refused
alias my/alias/2/ of neighbour is $devices/neighbour/ - refused
alias my/ali of neighbour is $devices/neighbour/ - refused
alias my/alias1/ of neighbour is $devices/neighbour/
alias my/alias2/ of neighbour is $devices/neighbour/
alias my/ali/ of neighbour is $devices/neighbour/
alias my/alias/ of stranger is $devices/stranger/`,
    },
    {
      en: 'An alias belongs to a topic that holds the unique ID of its device, also with a subtopic.',
      ru: 'Алиас назначается топику с уникальным идентификатором своего устройства, в том числе с подтопиком.',
      scenario: `
alias some-alias1/subtopic of device is $devices/device/events/somesubtopic
alias some-alias2/subtopic of device is $devices/device/events/aaa/bbb
alias all of device is $registries/registry/events - refused
registry subscribes to some-alias2/subtopic
device publishes to $devices/device/events/aaa/bbb
  registry hears some-alias2/subtopic`,
    },
    {
      en: 'The monitoring topic has no alias but $me.',
      ru: 'Для топика мониторинга доступен только системный алиас $me.',
      scenario: `
alias health of device is $monitoring/device/json - refused
device subscribes to $me/monitoring/json
the server publishes monitoring of device
  device hears $me/monitoring/json`,
    },
  ],
  $me: [
    {
      en: 'Whoever subscribes to a $me topic receives the data in the $me topic too.',
      ru: 'Подписавшись на $me-топик, данные получают тоже в $me-топике.',
      scenario: `
device subscribes to $me/device/commands
device subscribes to $me/device/config
device subscribes to $me/registry/commands
device subscribes to $me/registry/config
registry publishes to $devices/device/commands
  device hears $me/device/commands
registry publishes to $devices/device/config
  device hears $me/device/config
registry publishes to $registries/registry/commands
  device hears $me/registry/commands
registry publishes to $registries/registry/config
  device hears $me/registry/config`,
    },
    {
      en: 'A device publishes to $me/device/events and $me/device/state without knowing its ID.',
      ru: 'Устройство публикует в $me/device/events и $me/device/state, не зная своего идентификатора.',
      scenario: `
registry subscribes to $devices/+/+
device publishes to $me/device/events
  registry hears $devices/device/events
neighbour publishes to $me/device/state
  registry hears $devices/neighbour/state`,
    },
  ],
  'Wildcards · Маски': [
    {
      en: '# subscribes to all topic aliases.',
      ru: '# — подписка на все алиасы топиков.',
      scenario: `
alias events of device is $devices/device/events
registry subscribes to #
device publishes to $devices/device/events
  registry hears events
device publishes to $devices/device/state`,
    },
    {
      en: '$devices/<device ID>/# and $devices/<device ID>/+ subscribe to the topics of one device.',
      ru: '$devices/<ID устройства>/# и $devices/<ID устройства>/+ — подписка на топики одного устройства.',
      scenario: `
registry subscribes to $devices/device/#
device subscribes to $devices/device/+
device publishes to $devices/device/events/a/b
  registry hears $devices/device/events/a/b
neighbour publishes to $devices/neighbour/events
registry publishes to $devices/device/commands
  device hears $devices/device/commands
registry publishes to $devices/device/commands/a`,
    },
    {
      en: 'With $registries/<registry ID>/commands/+ devices get commands for the bedroom and the kitchen, not for bedroom/entrance.',
      ru: 'По маске $registries/<ID реестра>/commands/+ устройства получат команды для bedroom и kitchen, но не для bedroom/entrance.',
      scenario: `
device subscribes to $registries/registry/commands/+
registry publishes to $registries/registry/commands/bedroom
  device hears $registries/registry/commands/bedroom
registry publishes to $registries/registry/commands/kitchen
  device hears $registries/registry/commands/kitchen
registry publishes to $registries/registry/commands/bedroom/entrance`,
    },
    {
      en: '$devices/+/events/bedroom/+ subscribes to all bedroom telemetry of all devices.',
      ru: '$devices/+/events/bedroom/+ — подписка на всю телеметрию спальни со всех устройств.',
      scenario: `
registry subscribes to $devices/+/events/bedroom/+
device publishes to $devices/device/events/bedroom/temperature
  registry hears $devices/device/events/bedroom/temperature
neighbour publishes to $devices/neighbour/events/bedroom/light
  registry hears $devices/neighbour/events/bedroom/light
stranger publishes to $devices/stranger/events/bedroom/light`,
    },
    {
      en: '$devices/+ and $registries/+ do not apply, because a topic has three parts.',
      ru: 'Фильтры $devices/+ и $registries/+ не работают: топик состоит из трёх частей.',
      scenario: `
registry subscribes to $devices/+ - refused
device subscribes to $registries/+ - refused`,
    },
    {
      en: '$devices/+/# is the same as $devices/#.',
      ru: '$devices/+/# — то же самое, что $devices/#.',
      scenario: `
registry subscribes to $devices/+/#
registry subscribes to $devices/#
device publishes to $devices/device/events/a
  registry hears $devices/device/events/a`,
    },
    {
      en: 'A registry that subscribes to $devices/#, and a device that subscribes to $registries/#, get what they may read.',
      ru: 'Реестр по $devices/#, а устройство по $registries/# получают то, что им можно читать.',
      scenario: `
registry subscribes to $devices/#
device subscribes to $registries/#
device publishes to $devices/device/events
  registry hears $devices/device/events
registry publishes to $devices/device/commands
registry publishes to $registries/registry/commands
  device hears $registries/registry/commands
device publishes to $registries/registry/events`,
    },
  ],
  'Brokers · Брокеры': [
    {
      en: 'A broker lets its clients exchange messages in an isolated topic space, with few rules.',
      ru: 'Брокер позволяет клиентам обмениваться сообщениями в изолированном пространстве топиков почти без ограничений.',
      scenario: `
broker broker
broker second
broker subscribes to #
second subscribes to #
registry subscribes to #
broker publishes to my/own/topic
  broker hears my/own/topic
broker publishes to $devices/device/events - refused`,
    },
  ],
};

describe.each(Object.entries(sentences))('%s', (_, ofSection) => {
  test.each(ofSection)('$en · $ru', ({ scenario }) => {
    expect(play(stage + scenario)).toEqual([]);
  });
});
