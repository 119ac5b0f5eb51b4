/* schemas.h - the JSON Schemas of the API: schemas.json as it stands in the tree. Private.
 * Uses: base. Used by: openapi.c. */
#ifndef NOROSHI_SERVE_API_SCHEMAS_H
#define NOROSHI_SERVE_API_SCHEMAS_H

#include "base/base.h"

slice schemas_json(void); /* an object: name -> schema */

#endif
