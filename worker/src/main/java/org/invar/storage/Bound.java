package org.invar.storage;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Records of files that anybody may have written: each component is there once, of its own type,
 * and null only where it may be.
 */
final class Bound {
  private static final Pattern MISSING =
      Pattern.compile("Missing (?:required )?creator property '([^']*)'");
  private static final Pattern UNKNOWN = Pattern.compile("Unrecognized field \"([^\"]*)\"");
  private static final int SHOWN = 60;

  private static final JsonMapper STRICT =
      Json.MAPPER
          .rebuild()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  private Bound() {}

  static <T> T to(Class<T> type, JsonNode json, String place) throws DamagedFileException {
    T value;
    try {
      value = STRICT.treeToValue(json, type);
    } catch (JacksonException e) {
      throw refusal(e, json, place);
    }
    requireAll(value, place);
    return value;
  }

  private static DamagedFileException refusal(JacksonException e, JsonNode json, String place) {
    StringBuilder where = new StringBuilder();
    JsonNode at = json;
    if (e instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference step : mapping.getPath()) {
        boolean element = step.getFieldName() == null;
        at = element ? at.path(step.getIndex()) : at.path(step.getFieldName());
        where.append(element ? "[" + step.getIndex() + "]" : "." + step.getFieldName());
      }
    }
    return new DamagedFileException(
        place + (where.isEmpty() ? "" : ", " + where.toString().replaceFirst("^\\.", "")),
        "what this version of Invar writes",
        found(e, at));
  }

  private static String found(JacksonException e, JsonNode at) {
    String message = e.getOriginalMessage();
    Matcher missing = MISSING.matcher(message);
    Matcher unknown = UNKNOWN.matcher(message);
    if (missing.find()) {
      return "no " + missing.group(1);
    }
    if (unknown.find()) {
      return "a key " + shown(unknown.group(1));
    }
    Throwable cause = e.getCause();
    return cause instanceof IllegalArgumentException && !(cause instanceof NumberFormatException)
        ? shown(String.valueOf(cause.getMessage()))
        : at.isMissingNode() ? "something else" : shown(Json.line(at));
  }

  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private static void requireAll(@Nullable Object value, String place) throws DamagedFileException {
    if (value == null) {
      throw new DamagedFileException(place, "what this version of Invar writes", "null");
    }
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        requireAll(list.get(i), place + "[" + i + "]");
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        requireAll(entry.getValue(), place + ", " + entry.getKey());
      }
    } else if (value.getClass().isRecord()) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        Object inside = get(component, value);
        if (inside != null || !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
          requireAll(inside, place + ", " + component.getName());
        }
      }
    }
  }

  private static @Nullable Object get(RecordComponent component, Object value) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }
}
