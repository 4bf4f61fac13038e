import { registryId } from '@iotcore/contract';
import { z } from 'zod';

export const registryParams = z.strictObject({ registryId });
